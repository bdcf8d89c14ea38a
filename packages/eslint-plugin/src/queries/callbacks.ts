import type { SourceCode } from 'eslint';
import {
  argumentsOf,
  type Call,
  type FunctionNode,
  isFunction,
  memberName,
  type Node,
  unwrap,
} from '../syntax/ast.ts';
import { ownNodesIn } from '../syntax/walk.ts';

const timers = new Set(['nextTick', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout']);
const scopes = new Set(['asSystem', 'enter', 'resume', 'run', 'transaction']);

const calledName = ({ callee }: Call): string | undefined => {
  const called = unwrap(callee);
  if (called.type === 'Identifier') return called.name;
  return called.type === 'MemberExpression' ? memberName(called) : undefined;
};

/** A callback whose result is ignored, and its caller: `forEach`, `setTimeout`. */
export function ignoredCallback(call: Call): { callback: FunctionNode; by: string } | undefined {
  const by = calledName(call);
  const [first] = argumentsOf(call as Parameters<typeof argumentsOf>[0]);
  if (by === undefined || first === undefined || !isFunction(first)) return undefined;
  return by === 'forEach' || timers.has(by) ? { callback: first, by } : undefined;
}

/** The callback of a scope or transaction: `tenancy.run(id, callback)`. */
export function scopeCallback(call: Call): FunctionNode | undefined {
  if (unwrap(call.callee).type !== 'MemberExpression' || !scopes.has(calledName(call) ?? '')) {
    return undefined;
  }
  return call.arguments.find((given): given is FunctionNode => isFunction(given));
}

/** The callback and the name of `list.map(callback)`. */
export function mapCallback(node: Node): FunctionNode | undefined {
  const call = unwrap(node);
  if (call.type !== 'CallExpression' || unwrap(call.callee).type !== 'MemberExpression') {
    return undefined;
  }
  if (!['flatMap', 'map'].includes(calledName(call) ?? '')) return undefined;
  const [first] = call.arguments;
  return isFunction(first) ? first : undefined;
}

/** The argument of `Promise.all`, `allSettled`, `any` and `race`. */
export function gathered(call: Call): Node | undefined {
  const called = unwrap(call.callee);
  if (called.type !== 'MemberExpression' || called.object.type !== 'Identifier') return undefined;
  if (called.object.name !== 'Promise' || call.arguments[0] === undefined) return undefined;
  return ['all', 'allSettled', 'any', 'race'].includes(memberName(called) ?? '')
    ? unwrap(call.arguments[0])
    : undefined;
}

/** The results of a function: its expression, or its returned values. */
export function resultsOf(callback: FunctionNode, keys: SourceCode['visitorKeys']): Node[] {
  if (callback.body.type !== 'BlockStatement') return [unwrap(callback.body)];
  return [...ownNodesIn(callback.body, keys)].flatMap((node) =>
    node.type === 'ReturnStatement' && node.argument != null ? [unwrap(node.argument)] : [],
  );
}

/** The awaited expressions of a function. */
export const awaitedIn = ({ body }: FunctionNode, keys: SourceCode['visitorKeys']): Node[] =>
  [...ownNodesIn(body, keys)].flatMap((node) =>
    node.type === 'AwaitExpression' ? [unwrap(node.argument)] : [],
  );
