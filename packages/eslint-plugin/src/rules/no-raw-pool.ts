import type * as ESTree from 'estree';
import { argumentsOf, literalString, type Node, propertyOf, unwrap } from '../syntax/ast.ts';
import type { ImportPath } from '../syntax/names.ts';
import { defineRule, listOf, type RuleWork } from './define-rule.ts';
import { isAllowed, notScoped } from './files.ts';

type Messages = 'rawPool' | 'ownConnection' | 'systemWithoutReason';

/** What {@link noRawPool} takes. */
interface Options {
  readonly allow: readonly string[];
}

const poolModules = new Set(['pg', 'pg-pool', '@neondatabase/serverless', '@vercel/postgres']);
const poolNames = new Set(['Pool', 'Client', 'VercelPool']);

/** A separate connection has no tenant. */
export const noRawPool = defineRule<Messages, Options>(
  {
    name: 'no-raw-pool',
    description: 'Scoped code reaches the database through the tenant pool',
    type: 'problem',
    messages: {
      rawPool:
        '`{{ made }}` opens connections that carry no tenant: policies then show nothing, or everything to the owner of the tables. Use `createTenantPool(tenancy, …)` of @tenantry/core, which has the shape of pg.Pool.',
      ownConnection:
        '`{{ made }}` of a URL opens a pool of its own, which carries no tenant. Give it the tenant pool: `drizzle(createTenantPool(tenancy, { connectionString }))`.',
      systemWithoutReason:
        '`asSystem` reaches across tenants, so it says why and in whose name: `{{ missing }}` is missing. Give `asSystem({ reason, actor }, fn)` both, in words that an auditor understands.',
    },
    schema: {
      allow: listOf('Files that may open connections of their own; `*` and `**` as in globs.'),
    },
  },
  { allow: notScoped },
  (work) => {
    const { options, context, names, report } = work;
    if (isAllowed(context, options.allow)) return {};
    const check = (node: ESTree.NewExpression | ESTree.SimpleCallExpression) => {
      const path = names.importPath(node.callee);
      if (path === undefined) return;
      const name = path.names.at(-1) ?? '';
      if (opensPool(node, path)) {
        const made =
          node.type === 'NewExpression' ? `new ${name || 'Pool'}()` : `${name || 'postgres'}()`;
        report({ node, messageId: 'rawPool', data: { made } });
      } else if (name === 'drizzle' && path.source.startsWith('drizzle-orm/')) {
        if (opensConnection(node, work)) {
          report({ node, messageId: 'ownConnection', data: { made: 'drizzle()' } });
        }
      }
    };
    return {
      NewExpression: check,
      CallExpression(node) {
        check(node as ESTree.SimpleCallExpression);
        checkSystem(node as ESTree.SimpleCallExpression, work);
      },
    };
  },
);

/** `new Pool(…)` of pg and similar classes, `postgres(…)` of postgres.js. */
function opensPool(
  node: ESTree.NewExpression | ESTree.SimpleCallExpression,
  { source, names }: ImportPath,
): boolean {
  if (source === 'postgres') return node.type === 'CallExpression' && names.length === 0;
  if (!poolModules.has(source)) return false;
  const name = names.at(-1);
  if (source === 'pg-pool' && name === undefined) return node.type === 'NewExpression';
  return name !== undefined && poolNames.has(name) && node.type === 'NewExpression';
}

/** Whether `drizzle(…)` gets connection options, and not a pool or client. */
function opensConnection(
  node: ESTree.NewExpression | ESTree.SimpleCallExpression,
  { names, types }: RuleWork<Messages, Options>,
): boolean {
  const isUrl = (given: Node, left = 5): boolean => {
    const value = unwrap(given);
    if (literalString(value) !== undefined || value.type === 'TemplateLiteral') return true;
    if (isEnvironment(value) || types?.isText(value) === true) return true;
    if (value.type === 'LogicalExpression') return isUrl(value.left) || isUrl(value.right);
    const constant = value.type === 'Identifier' ? names.constant(value) : undefined;
    return constant !== undefined && left > 0 && isUrl(constant, left - 1);
  };
  const [first] = argumentsOf(node);
  if (first === undefined) return false;
  return isUrl(first) || propertyOf(unwrap(first), 'connection') !== undefined;
}

/** `process.env.X`, `import.meta.env.X`, `env.X`. */
function isEnvironment(node: Node): boolean {
  if (node.type !== 'MemberExpression') return false;
  const { object } = node;
  if (object.type === 'Identifier') return object.name === 'env';
  return (
    object.type === 'MemberExpression' &&
    object.property.type === 'Identifier' &&
    object.property.name === 'env'
  );
}

/** `asSystem` with a literal entry without a reason or an actor. */
function checkSystem(
  { callee, arguments: given }: ESTree.SimpleCallExpression,
  { names, report }: RuleWork<Messages, Options>,
): void {
  if (names.originalName(callee) !== 'asSystem') return;
  const entry = given[0] === undefined ? undefined : unwrap(given[0]);
  if (entry === undefined) return;
  if (isFunctionLike(entry)) {
    report({ node: callee, messageId: 'systemWithoutReason', data: { missing: 'reason' } });
    return;
  }
  if (entry.type !== 'ObjectExpression') return;
  if (entry.properties.some(({ type }) => type === 'SpreadElement')) return;
  for (const missing of ['reason', 'actor']) {
    const value = propertyOf(entry, missing);
    if (value === undefined || literalString(unwrap(value))?.trim() === '') {
      report({ node: entry, messageId: 'systemWithoutReason', data: { missing } });
    }
  }
}

const isFunctionLike = ({ type }: Node) =>
  type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
