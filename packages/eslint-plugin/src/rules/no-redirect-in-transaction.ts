import type * as ESTree from 'estree';
import {
  argumentsOf,
  type Call,
  isFunction,
  memberName,
  type Node,
  unwrap,
} from '../syntax/ast.ts';
import { nodesIn } from '../syntax/walk.ts';
import { defineRule } from './define-rule.ts';

type Messages = 'ends' | 'inside';

/** Functions of Next that answer by an error. */
const answers = new Set(['forbidden', 'notFound', 'permanentRedirect', 'redirect', 'unauthorized']);

/** `redirect()` throws, and a transaction whose function throws is rolled back. */
export const noRedirectInTransaction = defineRule<Messages, object>(
  {
    name: 'no-redirect-in-transaction',
    description: 'A transaction is committed before the browser is sent on',
    type: 'problem',
    messages: {
      ends: '`{{ by }}` works by an error, and an error rolls the transaction back: the browser is sent on, and nothing was written. Call it after the transaction.',
      inside:
        '`{{ fn }}` calls `{{ by }}`, which works by an error, and an error rolls the transaction back: the browser is sent on, and nothing was written. Call it after the transaction.',
    },
    schema: {},
  },
  {},
  ({ sourceCode, names, report }) => {
    const keys = sourceCode.visitorKeys;
    const reported = new Set<Node>();

    const answering = (call: Call): string | undefined => {
      const path = names.importPath(call.callee);
      const name = path?.names.at(-1) ?? '';
      const isOfNext = /^next\/navigation(\.js)?$/.test(path?.source ?? '');
      return isOfNext && answers.has(name) ? name : undefined;
    };

    const functionOf = (value: Node): Node | undefined => {
      const node = unwrap(value);
      if (isFunction(node)) return node;
      if (node.type !== 'Identifier') return undefined;
      const { definition } = names.binding(node as ESTree.Identifier) ?? {};
      if (definition?.type === 'FunctionName') return definition.node as Node;
      const constant = names.constant(node as ESTree.Identifier);
      const made = constant === undefined ? undefined : unwrap(constant);
      return isFunction(made) ? made : undefined;
    };

    /** Functions that end in no answer, nor does what they call. */
    const harmless = new Set<Node>();

    /** What a function of this file, or one that it calls, answers with; the transaction's own apart. */
    const answerOf = (fn: Node, own: Node): string | undefined => {
      const seen = new Set([fn]);
      // what is added to a set is visited too
      for (const each of seen) {
        if (each === own || harmless.has(each)) continue;
        for (const node of nodesIn(each, keys)) {
          if (node.type !== 'CallExpression') continue;
          const by = answering(node);
          if (by !== undefined) return by;
          const called = functionOf(node.callee as Node);
          if (called !== undefined) seen.add(called);
        }
      }
      if (!seen.has(own)) for (const each of seen) harmless.add(each);
      return undefined;
    };

    return {
      CallExpression(call) {
        const callee = unwrap(call.callee);
        if (callee.type !== 'MemberExpression' || memberName(callee) !== 'transaction') return;
        const [given] = argumentsOf(call);
        const fn = given === undefined ? undefined : functionOf(given);
        if (fn === undefined) return;
        for (const node of nodesIn(fn, keys)) {
          if (node.type !== 'CallExpression' || reported.has(node)) continue;
          const by = answering(node);
          const called = by === undefined ? functionOf(node.callee as Node) : undefined;
          const inside = called === undefined ? undefined : answerOf(called, fn);
          if (by === undefined && inside === undefined) continue;
          reported.add(node); // a savepoint is a transaction in a transaction
          report(
            by !== undefined
              ? { node, messageId: 'ends', data: { by } }
              : {
                  node,
                  messageId: 'inside',
                  data: { by: inside ?? '', fn: sourceCode.getText(node.callee as ESTree.Node) },
                },
          );
        }
      },
    };
  },
);
