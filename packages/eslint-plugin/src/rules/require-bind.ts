import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { type HandedOver, handedOver, usualQueues } from '../queries/handed-over.ts';
import { usualNames } from '../queries/handle.ts';
import { queryReader } from '../queries/query.ts';
import { type Call, isFunction, memberName, type Node, parentOf, unwrap } from '../syntax/ast.ts';
import { functionAround, nodesIn } from '../syntax/walk.ts';
import { defineRule, listOf } from './define-rule.ts';
import { isAllowed, notScoped } from './files.ts';

type Messages = 'job' | 'listener' | 'worker' | 'loader' | 'noScope' | 'addBind';

/** What {@link requireBind} takes. */
interface Options {
  readonly handles: readonly string[];
  readonly queues: readonly string[];
  readonly allow: readonly string[];
}

/** Functions that open a scope, so that the enclosing one does not matter. */
const opens = new Set(['asSystem', 'enter', 'resume', 'run']);
/** Functions that call their callback at once, or in the scope of the caller. */
const passes = new Set([
  'all',
  'allSettled',
  'batch',
  'catch',
  'every',
  'filter',
  'finally',
  'find',
  'flatMap',
  'forEach',
  'map',
  'nextTick',
  'queueMicrotask',
  'race',
  'reduce',
  'setImmediate',
  'setTimeout',
  'some',
  'then',
  'transaction',
]);

/** A callback that other code starts runs in the scope of that code. */
export const requireBind = defineRule<Messages, Options>(
  {
    name: 'require-bind',
    description: 'A callback that somebody else starts is bound to its scope',
    type: 'problem',
    hasSuggestions: true,
    messages: {
      job: '`{{ by }}` runs this job in the scope of whoever put the queue to work, which may be another tenant: this query would read or write its rows. Bind the job where it is handed over: `tenancy.bind(…)`.',
      listener:
        '`{{ by }}` runs this listener in the scope of whoever emits, or in none: this query would be refused, or run for another tenant. Bind it: `tenancy.bind(…)`.',
      worker:
        '`{{ by }}` runs its worker for every job in the scope of whoever put the queue to work, which may be another tenant. Let the worker call the job, and hand over bound functions: `queue.push(tenancy.bind(…))`.',
      loader:
        '`{{ by }}` asks this query in the scope of whoever comes first, and gives the others what it found. Make it inside each scope, or put the tenant into its keys.',
      noScope:
        'At the top of a module `{{ by }}` runs this query in no scope, or in that of another tenant. Open one in the callback: `tenancy.run(id, …)`, or `tenancy.asSystem({ reason, actor }, …)`.',
      addBind: 'Bind it to the scope of the running code.',
    },
    schema: {
      handles: listOf('Names of pools, clients, transactions and databases.'),
      queues: listOf('Words in the names of queues that several scopes share.'),
      allow: listOf('Files that are no scoped code; `*` and `**` as in globs.'),
    },
  },
  { handles: usualNames, queues: usualQueues, allow: notScoped },
  ({ options, sourceCode, names, types, context, report }) => {
    if (isAllowed(context, options.allow)) return {};
    const read = queryReader(names, types, options.handles);
    const find = handedOver(names, types, options.queues);

    /** The function of a value: itself, a function of this file, or `save.bind(null, id)`. */
    const functionOf = (value: Node, left = 3): Node | undefined => {
      const node = unwrap(value);
      if (isFunction(node)) return node;
      if (left === 0) return undefined;
      if (node.type === 'Identifier') {
        const { definition } = names.binding(node) ?? {};
        if (definition?.type === 'FunctionName') return definition.node as Node;
        const constant = names.constant(node);
        return constant === undefined ? undefined : functionOf(constant, left - 1);
      }
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression')
        return undefined;
      const { object } = node.callee;
      const isOwn = memberName(node.callee) === 'bind' && object.type === 'Identifier';
      const own = isOwn ? functionOf(object, left - 1) : undefined;
      return own;
    };

    /** The first query in a function that does not run in its own scope. */
    const queryIn = (fn: Node, seen = new Set<Node>()): Node | undefined => {
      if (seen.has(fn)) return undefined;
      seen.add(fn);
      const stays = (node: Node) => node === fn || !isOther(node);
      for (const node of nodesIn(fn, sourceCode.visitorKeys, stays)) {
        if (node.type !== 'CallExpression') continue;
        if (read(node) !== undefined) return node;
        const called = unwrap(node.callee);
        const own = called.type === 'Identifier' ? functionOf(called) : undefined;
        const inside = own === undefined ? undefined : queryIn(own, seen);
        if (inside !== undefined) return node;
      }
      return undefined;
    };

    /** Whether a node does not run with the enclosing code, or runs in its own scope. */
    const isOther = (node: Node): boolean => {
      if (node.type === 'CallExpression') return opens.has(calledName(node) ?? '');
      if (node.type === 'FunctionDeclaration' || !isFunction(node)) {
        return node.type === 'FunctionDeclaration' || node.type === 'PropertyDefinition';
      }
      const call = parentOf(node);
      if (call?.type !== 'CallExpression') return true;
      return call.callee !== node && !passes.has(calledName(call) ?? '');
    };

    const messageOf = ({ runner }: HandedOver, inFunction: boolean): Messages | undefined => {
      if (runner === 'worker') return 'worker';
      if (runner === 'loader') return inFunction ? undefined : 'loader';
      if (runner === 'interval') return inFunction ? undefined : 'noScope';
      if (!inFunction) return 'noScope';
      return runner === 'queue' ? 'job' : 'listener';
    };

    const check = (node: ESTree.CallExpression | ESTree.NewExpression) => {
      for (const handed of find(node)) {
        const messageId = messageOf(handed, functionAround(node) !== undefined);
        const fn = messageId === undefined ? undefined : functionOf(handed.callback);
        const query = fn === undefined ? undefined : queryIn(fn);
        if (messageId === undefined || query === undefined) continue;
        const bindable = messageId === 'job' || messageId === 'listener';
        report({
          node: isFunction(unwrap(handed.callback)) ? query : handed.callback,
          messageId,
          data: { by: handed.by },
          suggest: bindable ? binding(handed.callback) : [],
        });
      }
    };

    const binding = (callback: Node): Rule.SuggestionReportDescriptor[] => [
      {
        messageId: 'addBind',
        fix: (fixer) => [
          fixer.insertTextBefore(callback, 'tenancy.bind('),
          fixer.insertTextAfter(callback, ')'),
        ],
      },
    ];

    return { CallExpression: check, NewExpression: check };
  },
);

function calledName({ callee }: Call): string | undefined {
  const called = unwrap(callee);
  if (called.type === 'Identifier') return called.name;
  return called.type === 'MemberExpression' ? memberName(called) : undefined;
}
