import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { argumentsOf, isFunction, keyOf, literalString, type Node, unwrap } from '../syntax/ast.ts';
import { nodesIn } from '../syntax/walk.ts';
import { defineRule, listOf, type RuleWork } from './define-rule.ts';

type Messages = 'missing' | 'addIsolate';

/** What {@link requireIsolate} takes. */
interface Options {
  readonly tenantColumns: readonly string[];
  readonly fragments: readonly string[];
}

const words = ['organization', 'tenant', 'workspace', 'account', 'team', 'org'];

/** Functions that declare the isolation of a table; `rules(t)` is for tables of feature packages. */
const keepApart = new Set([
  'isolate',
  'isolateThrough',
  'rules',
  'shared',
  'systemOnly',
  'tenants',
  'visibleThrough',
]);

/** Functions that accompany isolation but do not provide it. */
const besides = new Set(['audited', 'reference', 'searchable']);

/** A table with a tenant column and without policies is open to every tenant. */
export const requireIsolate = defineRule<Messages, Options>(
  {
    name: 'require-isolate',
    description: 'A table with a tenant column says how it is kept apart',
    type: 'problem',
    hasSuggestions: true,
    messages: {
      missing:
        'Table {{ table }} has the tenant column {{ column }} and no policies: its rows are open to every tenant. Spread `isolate(t)` of defineIsolation into the third argument of pgTable: `(t) => [...isolate(t)]`.',
      addIsolate: 'Add `...isolate(t)`.',
    },
    schema: {
      tenantColumns: listOf('Names of tenant columns, as properties or in the database.'),
      fragments: listOf('Functions of your own that keep a table apart.'),
    },
  },
  {
    tenantColumns: words.flatMap((word) => [`${word}_id`, `${word}Id`]),
    fragments: [],
  },
  (work) => ({
    CallExpression(node) {
      const call = node as ESTree.SimpleCallExpression;
      if (!isTable(call, work)) return;
      const [name, columns, extra] = argumentsOf(call);
      if (columns === undefined || call.arguments.length > argumentsOf(call).length) return;
      const column = tenantColumn(columns, work, 6);
      if (column === undefined || (extra !== undefined && saysHow(extra, work))) return;
      const table = name === undefined ? undefined : literalString(unwrap(name));
      work.report({
        node: call.callee,
        messageId: 'missing',
        data: { table: table ?? 'without a literal name', column },
        suggest: adding(columns, extra, work),
      });
    },
  }),
);

type Work = RuleWork<Messages, Options>;

/** `pgTable(…)`, by any name; a table of `pgSchema(…)` or of `pgTableCreator(…)`. */
function isTable({ callee }: ESTree.SimpleCallExpression, { names }: Work): boolean {
  const called = unwrap(callee);
  const name = names.originalName(called);
  if (name === 'pgTable') return true;
  if (called.type === 'MemberExpression') {
    if (name === 'withRLS') return names.originalName(called.object) === 'pgTable';
    return name === 'table' && isMadeBy(called.object, 'pgSchema');
  }
  return isMadeBy(called, 'pgTableCreator');

  function isMadeBy(node: Node, maker: string): boolean {
    const value = unwrap(node);
    const made = value.type === 'Identifier' ? names.constant(value) : value;
    const call = made === undefined ? undefined : unwrap(made);
    return call?.type === 'CallExpression' && names.originalName(call.callee) === maker;
  }
}

/** The tenant column among the columns, by its name there. */
function tenantColumn(given: Node, work: Work, left: number): string | undefined {
  const { names, options } = work;
  const node = unwrap(given);
  if (left === 0) return undefined;
  if (node.type === 'Identifier') {
    const constant = names.constant(node);
    return constant === undefined ? undefined : tenantColumn(constant, work, left - 1);
  }
  // pgTable('projects', (t) => ({ … }))
  if (isFunction(node) && node.body.type !== 'BlockStatement') {
    return tenantColumn(node.body, work, left - 1);
  }
  if (node.type === 'CallExpression') {
    return names.originalName(node.callee) === 'scoped' ? 'of `scoped()`' : undefined;
  }
  if (node.type !== 'ObjectExpression') return undefined;
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const spread = tenantColumn(property.argument, work, left - 1);
      if (spread !== undefined) return spread;
      continue;
    }
    const key = keyOf(property);
    if (key !== undefined && options.tenantColumns.includes(key)) return key;
    const column = columnName(property.value);
    if (column !== undefined && options.tenantColumns.includes(column)) return column;
  }
  return undefined;
}

/** The database name of a column: `uuid('organization_id').notNull()`. */
function columnName(given: Node): string | undefined {
  let node = unwrap(given);
  while (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    const [first] = node.arguments;
    if (callee.type !== 'MemberExpression' || unwrap(callee.object).type !== 'CallExpression') {
      return first === undefined ? undefined : literalString(first);
    }
    node = unwrap(callee.object);
  }
  return undefined;
}

/** Whether the third argument declares the isolation, or may do so in unknown code. */
function saysHow(extra: Node, work: Work, seen = new Set<Node>()): boolean {
  const { names, options, sourceCode } = work;
  if (seen.has(extra)) return false;
  seen.add(extra);
  for (const node of nodesIn(unwrap(extra), sourceCode.visitorKeys)) {
    if (node.type === 'CallExpression') {
      const callee = unwrap(node.callee);
      const name = names.originalName(callee);
      if (name !== undefined && (keepApart.has(name) || options.fragments.includes(name)))
        return true;
      // rules.invoices(t) of a feature package
      if (callee.type === 'MemberExpression' && names.originalName(callee.object) === 'rules') {
        return true;
      }
      if (node.callee.type === 'Identifier' && ownFragment(node.callee, work, seen)) {
        return true;
      }
    }
  }
  const value = unwrap(extra);
  return value.type === 'Identifier' && ownFragment(value, work, seen);
}

/** Whether a function of the user isolates tables: checked when it is in this file, assumed otherwise. */
function ownFragment(name: ESTree.Identifier, work: Work, seen: Set<Node>): boolean {
  const definition = work.names.binding(name)?.definition;
  if (definition?.type === 'FunctionName') return saysHow(definition.node.body, work, seen);
  if (definition?.type === 'Variable') {
    const constant = work.names.constant(name);
    return constant !== undefined && saysHow(constant, work, seen);
  }
  const path = work.names.importPath(name);
  if (path === undefined || besides.has(path.names.at(-1) ?? '')) return false;
  return /^([.~#]|@\/)/.test(path.source);
}

/** Adds `isolate(t)` when there is no third argument, or to the start of a list. */
function adding(
  columns: Node,
  extra: Node | undefined,
  { sourceCode }: Work,
): Rule.SuggestionReportDescriptor[] {
  if (extra === undefined) {
    return [
      {
        messageId: 'addIsolate',
        fix: (fixer) => fixer.insertTextAfter(columns, ', (t) => [...isolate(t)]'),
      },
    ];
  }
  const build = unwrap(extra);
  if (!isFunction(build) || build.params[0]?.type !== 'Identifier') return [];
  const list = unwrap(build.body);
  if (list.type !== 'ArrayExpression') return [];
  const open = sourceCode.getFirstToken(list);
  if (open === null) return [];
  const text = `...isolate(${build.params[0].name})${list.elements.length > 0 ? ', ' : ''}`;
  return [{ messageId: 'addIsolate', fix: (fixer) => fixer.insertTextAfter(open, text) }];
}
