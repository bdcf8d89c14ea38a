import { type Call, isFunction, memberName, type Node, unwrap } from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';
import type { Sending, Types } from '../syntax/types.ts';
import { isHandle } from './handle.ts';

/** Distinguishes queries from other calls. */
export type ReadQuery = (node: Node) => { call: Call; sending: Sending } | undefined;

const builders = new Set([
  '$count',
  'delete',
  'execute',
  'insert',
  'refreshMaterializedView',
  'select',
  'selectDistinct',
  'selectDistinctOn',
  'update',
  'with',
]);
const sentAtOnce = new Set(['batch', 'query', 'transaction']);
const kysely = new Set(['deleteFrom', 'insertInto', 'selectFrom', 'updateTable']);
const chained = new Set(['catch', 'finally', 'then']);
// builder methods that return no query: a fragment, a text, a statement for later
const notSent = new Set(['$dynamic', 'as', 'getSQL', 'prepare', 'toSQL']);

/**
 * Recognises queries by their type if types are available, otherwise by their form: a chain of calls that
 * begins at a value that runs queries.
 * @param called the names of pools, clients, transactions and databases
 */
export function queryReader(
  names: Names,
  types: Types | undefined,
  called: readonly string[],
): ReadQuery {
  return (node) => {
    const call = unwrap(node);
    if (call.type !== 'CallExpression') return undefined;
    const byType = types?.sending(call);
    if (byType === 'none') return undefined;
    const sending = byType ?? byForm(call, names, called);
    return sending === undefined || answersByCallback(call) ? undefined : { call, sending };
  };
}

interface Link {
  readonly name: string;
  readonly called: Call | undefined;
}

function byForm(query: Call, names: Names, called: readonly string[]): Sending | undefined {
  const links: Link[] = [];
  let node: Node = query;
  for (;;) {
    const call: Call | undefined = node.type === 'CallExpression' ? node : undefined;
    const callee: Node = call === undefined ? node : unwrap(call.callee);
    if (callee.type !== 'MemberExpression') return undefined;
    const name = memberName(callee);
    if (name === undefined) return undefined;
    links.unshift({ name, called: call });
    node = unwrap(callee.object);
    if (mayStart(links) && isHandle(node, names, called)) {
      // a client of something else: HTTP, a cache, a search engine
      const isClient = names.originalName(node) === 'client';
      return isClient && name !== 'query' ? undefined : sendingOf(links);
    }
  }
}

function mayStart([first, second, third]: readonly Link[]): boolean {
  if (first === undefined) return false;
  if (first.called === undefined) {
    return first.name === 'query' && second !== undefined && third?.called !== undefined;
  }
  return builders.has(first.name) || sentAtOnce.has(first.name) || kysely.has(first.name);
}

function sendingOf(links: readonly Link[]): Sending | undefined {
  const [first] = links;
  const last = links.findLast(({ name }) => !chained.has(name));
  if (first === undefined || last === undefined || notSent.has(last.name)) return undefined;
  if (first.name === 'transaction' && !isFunction(first.called?.arguments[0] as Node | undefined)) {
    return undefined;
  }
  if (kysely.has(first.name)) return last.name.startsWith('execute') ? 'sent' : undefined;
  const isSent =
    (sentAtOnce.has(first.name) && first.called !== undefined) ||
    links.some(({ name }, at) => chained.has(name) || (at > 0 && name === 'execute'));
  return isSent ? 'sent' : 'lazy';
}

/** `client.query(text, callback)`, and `client.query(new Cursor(…))`, which is read elsewhere. */
function answersByCallback({ callee, arguments: given }: Call): boolean {
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'query') return false;
  const [first] = given;
  return first?.type === 'NewExpression' || (given.length > 1 && isFunction(given.at(-1) as Node));
}
