import type * as ESTree from 'estree';
import { keyOf, literalString, type Node, unwrap } from '../syntax/ast.ts';

/** The permissions of a definition, read from its text. */
export interface Permissions {
  /** `projects:create` */
  readonly keys: ReadonlySet<string>;
  /** Resources whose actions are computed: any action may exist. */
  readonly open: ReadonlySet<string>;
}

/** Resolves a name. */
export type Lookup = (name: ESTree.Identifier) => Node | undefined;

/** Whether a permission may exist. */
export const mayExist = ({ keys, open }: Permissions, permission: string): boolean =>
  keys.has(permission) || open.has(permission.split(':', 1)[0] ?? '');

/**
 * Reads the permissions of `defineRbac(tenancy, { permissions: { projects: ['create'] } })`.
 * @returns undefined when its resources are not literal
 */
export function readPermissions(
  { arguments: given }: ESTree.SimpleCallExpression,
  lookUp: Lookup,
): Permissions | undefined {
  const options = follow(given[1], lookUp);
  const permissions = entriesOf(options, lookUp)?.get('permissions');
  const resources = entriesOf(follow(permissions, lookUp), lookUp);
  if (resources === undefined) return undefined;
  const keys = new Set<string>();
  const open = new Set<string>();
  for (const [resource, actions] of resources) {
    const list = textsOf(follow(actions, lookUp), lookUp);
    if (list === undefined) open.add(resource);
    else for (const action of list) keys.add(`${resource}:${action}`);
  }
  return { keys, open };
}

// stops at cyclic names
const farthest = 10;

function follow(node: Node | undefined, lookUp: Lookup, left = farthest): Node | undefined {
  if (node === undefined) return undefined;
  const value = unwrap(node);
  if (value.type === 'Identifier' && left > 0) return follow(lookUp(value), lookUp, left - 1);
  // Object.freeze({ … })
  if (value.type === 'CallExpression' && value.callee.type === 'MemberExpression') {
    const { object, property } = value.callee;
    const freezes = object.type === 'Identifier' && object.name === 'Object';
    if (freezes && property.type === 'Identifier' && property.name === 'freeze' && left > 0) {
      return follow(value.arguments[0], lookUp, left - 1);
    }
  }
  return value;
}

/** The properties of an object literal; undefined when a part of it is not literal. */
function entriesOf(
  node: Node | undefined,
  lookUp: Lookup,
  left = farthest,
): Map<string, Node> | undefined {
  if (node?.type !== 'ObjectExpression' || left === 0) return undefined;
  const entries = new Map<string, Node>();
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const spread = entriesOf(follow(property.argument, lookUp), lookUp, left - 1);
      if (spread === undefined) return undefined;
      for (const [key, value] of spread) entries.set(key, value);
      continue;
    }
    const key = keyOf(property);
    if (key === undefined) return undefined;
    entries.set(key, property.value);
  }
  return entries;
}

/** The texts of a list literal; undefined when a part of it is not literal. */
function textsOf(node: Node | undefined, lookUp: Lookup, left = farthest): string[] | undefined {
  if (node?.type !== 'ArrayExpression' || left === 0) return undefined;
  const texts: string[] = [];
  for (const element of node.elements) {
    if (element === null) continue;
    if (element.type === 'SpreadElement') {
      const spread = textsOf(follow(element.argument, lookUp), lookUp, left - 1);
      if (spread === undefined) return undefined;
      texts.push(...spread);
      continue;
    }
    const value = follow(element, lookUp);
    const text = value === undefined ? undefined : literalString(value);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

/** The union of the permissions of several definitions. */
export const together = (all: readonly Permissions[]): Permissions => ({
  keys: new Set(all.flatMap(({ keys }) => [...keys])),
  open: new Set(all.flatMap(({ open }) => [...open])),
});
