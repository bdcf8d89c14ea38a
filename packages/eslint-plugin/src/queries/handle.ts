import {
  argumentsOf,
  isFunction,
  memberName,
  type Node,
  parentOf,
  propertyOf,
  unwrap,
} from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';

/** Usual names of pools, clients, transactions and Drizzle databases. */
export const usualNames: readonly string[] = [
  'client',
  'conn',
  'connection',
  'database',
  'db',
  'pool',
  'trx',
  'tx',
];

const makers = new Set(['createTenantPool', 'drizzle', 'Client', 'Pool', 'Kysely', 'postgres']);

/** Whether a value runs queries, by its name or by how it was created. */
export function isHandle(node: Node, names: Names, called: readonly string[]): boolean {
  const value = unwrap(node);
  if (value.type !== 'Identifier' && value.type !== 'MemberExpression') {
    return isMaker(value, names);
  }
  const name = names.originalName(value);
  if (name !== undefined && called.includes(name)) return true;
  if (value.type !== 'Identifier') return false;
  const binding = names.binding(value);
  if (binding === undefined || binding.keys.length > 0) return false;
  const { definition } = binding;
  if (definition.type === 'Variable') {
    return definition.node.init != null && isMaker(unwrap(definition.node.init), names);
  }
  return definition.type === 'Parameter' && isTransactionOf(definition.node, definition.name);
}

/** `drizzle(…)`, `new Pool(…)`, `await pool.connect()` and the like. */
function isMaker(node: Node, names: Names): boolean {
  if (node.type === 'AwaitExpression') return isConnect(unwrap(node.argument), names);
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false;
  const path = names.importPath(node.callee);
  const name = path === undefined ? undefined : path.names.at(-1);
  return name !== undefined && makers.has(name);
}

const isConnect = (node: Node, names: Names): boolean =>
  node.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  memberName(node.callee) === 'connect' &&
  isHandle(node.callee.object, names, usualNames);

/** Whether a function is the callback of `db.transaction(…)`, and the name is its first parameter. */
function isTransactionOf(callback: Node, name: Node): boolean {
  if (!isFunction(callback) || callback.params[0] !== name) return false;
  const call = parentOf(callback);
  return (
    call?.type === 'CallExpression' &&
    call.arguments[0] === callback &&
    call.callee.type === 'MemberExpression' &&
    memberName(call.callee) === 'transaction'
  );
}

/** The SQL text that is passed to a handle: `pool.query(text)`, `{ text }`, `tx.execute(text)`. */
export function textOf(
  call: Node,
  names: Names,
  called: readonly string[],
): { text: Node; method: string } | undefined {
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return undefined;
  const method = memberName(call.callee);
  if (method === undefined || !runsText.has(method)) return undefined;
  const [first] = argumentsOf(call);
  if (first === undefined || !isHandle(call.callee.object, names, called)) return undefined;
  const given = unwrap(first);
  return { text: propertyOf(given, 'text') ?? given, method };
}

const runsText = new Set(['execute', 'query', 'unsafe']);
