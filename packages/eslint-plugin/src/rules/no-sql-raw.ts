// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the messages show templates
import { builtText } from '../queries/built-text.ts';
import { textOf, usualNames } from '../queries/handle.ts';
import { argumentsOf, memberName } from '../syntax/ast.ts';
import { defineRule, listOf } from './define-rule.ts';
import { isAllowed, notScoped } from './files.ts';

type Messages = 'raw' | 'built';

/** What {@link noSqlRaw} takes. */
interface Options {
  readonly allow: readonly string[];
  readonly handles: readonly string[];
}

/** Concatenated text can end the statement for which the tenant was set. */
export const noSqlRaw = defineRule<Messages, Options>(
  {
    name: 'no-sql-raw',
    description: 'What comes from outside reaches SQL as a parameter',
    type: 'problem',
    messages: {
      raw: '`{{ called }}` puts this text into the statement as it is. Give values as parameters (sql`… ${value}`), names as `sql.identifier(name)`, and choose between texts that are written out: `sql.raw({ up: "asc", down: "desc" }[direction])`.',
      built:
        'The text given to `{{ called }}` is put together with a value, which can become SQL. Give it as a parameter: `query("… = $1", [value])`, or sql`… ${value}` of Drizzle.',
    },
    schema: {
      allow: listOf('Files in which text may be put together; `*` and `**` as in globs.'),
      handles: listOf('Names of pools, clients, transactions and databases.'),
    },
  },
  { allow: notScoped, handles: usualNames },
  ({ options, context, names, types, report }) => {
    if (isAllowed(context, options.allow)) return {};
    const text = builtText(names, types);
    return {
      CallExpression(node) {
        if (node.callee.type !== 'MemberExpression') return;
        const method = memberName(node.callee);
        const [first] = argumentsOf(node as Parameters<typeof argumentsOf>[0]);
        if (first === undefined) return;
        if (method === 'raw' || method === 'unsafe') {
          const called = names.originalName(node.callee.object);
          if (called !== 'sql') return;
          if (!text.isConstant(first)) {
            report({ node: first, messageId: 'raw', data: { called: `sql.${method}` } });
          }
          return;
        }
        const run = textOf(node, names, options.handles);
        if (run !== undefined && text.isBuilt(run.text)) {
          report({ node: run.text, messageId: 'built', data: { called: run.method } });
        }
      },
    };
  },
);
