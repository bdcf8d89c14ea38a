import type { Rule } from 'eslint';
import {
  awaitedIn,
  gathered,
  ignoredCallback,
  mapCallback,
  resultsOf,
  scopeCallback,
} from '../queries/callbacks.ts';
import { usualNames } from '../queries/handle.ts';
import { queryReader } from '../queries/query.ts';
import { type Call, type FunctionNode, isFunction, type Node, unwrap } from '../syntax/ast.ts';
import { functionAround } from '../syntax/walk.ts';
import { defineRule, listOf } from './define-rule.ts';

type Messages = 'lazy' | 'late' | 'ignored' | 'escapes' | 'addAwait';

/** What {@link noFloatingQueries} takes. */
interface Options {
  readonly handles: readonly string[];
}

/** A query that is not awaited runs after its scope has ended, or never. */
export const noFloatingQueries = defineRule<Messages, Options>(
  {
    name: 'no-floating-queries',
    description: 'A query is awaited before its scope ends',
    type: 'problem',
    hasSuggestions: true,
    messages: {
      lazy: 'This query is never sent: it is sent when it is awaited, and nobody awaits it. Await it.',
      late: 'Nobody waits for this query: it may still run when its scope has ended, and is then refused and rolled back. Await it.',
      ignored:
        'Nobody waits for this query, because `{{ by }}` ignores what its callback returns: it is never sent, or runs when its scope has ended. Use `for … of` with await, or `await Promise.all(list.map(…))`.',
      escapes:
        'This query leaves its scope inside {{ what }}, and is sent without the tenant or not at all. Await it before it is returned.',
      addAwait: 'Await it.',
    },
    schema: { handles: listOf('Names of pools, clients, transactions and databases.') },
  },
  { handles: usualNames },
  ({ options, sourceCode, names, types, report }) => {
    const keys = sourceCode.visitorKeys;
    const read = queryReader(names, types, options.handles);

    const dropped = (expression: Node, statement: Node): void => {
      const node = unwrap(expression);
      if (node.type === 'SequenceExpression') {
        for (const each of node.expressions) dropped(each, statement);
      } else if (node.type === 'LogicalExpression') {
        dropped(node.right, statement);
      } else if (node.type === 'ConditionalExpression') {
        dropped(node.consequent, statement);
        dropped(node.alternate, statement);
      } else if (node.type === 'UnaryExpression') {
        if (node.operator === 'void') dropped(node.argument, statement);
      } else if (node.type === 'CallExpression') {
        droppedCall(node, statement);
      }
    };

    const droppedCall = (call: Call, statement: Node): void => {
      const query = read(call);
      if (query !== undefined) {
        const suggest = awaiting(call, statement);
        report({ node: call, messageId: query.sending === 'lazy' ? 'lazy' : 'late', suggest });
        return;
      }
      const all = gathered(call);
      const callee = unwrap(call.callee);
      const mapped = mapCallback(all ?? call);
      if (mapped !== undefined) {
        // `list.map(…)` as a statement, and `Promise.all(list.map(…))` that nobody awaits
        if (all === undefined) lost(mapped, 'map');
        else if (queriesOf(mapped).length > 0) {
          report({ node: call, messageId: 'late', suggest: awaiting(call, statement) });
        }
      } else if (all?.type === 'ArrayExpression') {
        if (all.elements.some((element) => element !== null && read(element) !== undefined)) {
          report({ node: call, messageId: 'late', suggest: awaiting(call, statement) });
        }
      } else if (isFunction(callee) && queriesOf(callee).length > 0) {
        // (async () => { … })()
        report({ node: call, messageId: 'late', suggest: awaiting(call, statement) });
      }
    };

    /** The queries in the promise of a function. */
    const queriesOf = (callback: FunctionNode): Node[] => {
      const waited = callback.async === true ? awaitedIn(callback, keys) : [];
      const found = [...resultsOf(callback, keys), ...waited];
      return found.filter((node) => read(node) !== undefined);
    };

    const lost = (callback: FunctionNode, by: string): void => {
      for (const node of queriesOf(callback)) report({ node, messageId: 'ignored', data: { by } });
    };

    const escaping = (callback: FunctionNode): void => {
      for (const result of resultsOf(callback, keys)) {
        const inside =
          result.type === 'ArrayExpression'
            ? result.elements
            : result.type === 'ObjectExpression'
              ? result.properties.map((each) => (each.type === 'Property' ? each.value : null))
              : [];
        const what = result.type === 'ArrayExpression' ? 'a list' : 'an object';
        for (const node of inside) {
          if (node !== null && read(node) !== undefined) {
            report({
              node,
              messageId: 'escapes',
              data: { what },
              suggest: awaiting(node, callback),
            });
          }
        }
      }
    };

    /** `await` before an expression, where it is allowed. */
    const awaiting = (node: Node, from: Node): Rule.SuggestionReportDescriptor[] => {
      const around = isFunction(from) ? from : functionAround(from);
      if (around !== undefined && (around as FunctionNode).async !== true) return [];
      return [
        {
          messageId: 'addAwait',
          fix: (fixer) => {
            const before = sourceCode.getTokenBefore(node);
            return before?.value === 'void' && before.type === 'Keyword'
              ? fixer.replaceText(before, 'await')
              : fixer.insertTextBefore(node, 'await ');
          },
        },
      ];
    };

    return {
      ExpressionStatement: (statement) => dropped(statement.expression, statement),
      CallExpression(node) {
        const ignored = ignoredCallback(node);
        if (ignored !== undefined) lost(ignored.callback, ignored.by);
        const scoped = scopeCallback(node);
        if (scoped !== undefined) escaping(scoped);
      },
      'ArrowFunctionExpression > UnaryExpression[operator="void"]'(node: Node) {
        dropped(node, node);
      },
    };
  },
);
