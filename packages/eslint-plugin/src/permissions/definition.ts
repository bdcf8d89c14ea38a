import type * as ESTree from 'estree';
import { keyOf, literalString, type Node, unwrap } from '../syntax/ast.ts';
import { remembered } from '../syntax/remembered.ts';

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
  const { entriesOf, textsOf } = literals(lookUp);
  const options = follow(given[1], lookUp);
  const permissions = entriesOf(options)?.get('permissions');
  const resources = entriesOf(follow(permissions, lookUp));
  if (resources === undefined) return undefined;
  const keys = new Set<string>();
  const open = new Set<string>();
  for (const [resource, actions] of resources) {
    const list = textsOf(follow(actions, lookUp));
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

/** Reads literals, also through constants that are spread into them. */
function literals(lookUp: Lookup) {
  const entries = remembered<Map<string, Node> | undefined>((node, left) => {
    if (node.type !== 'ObjectExpression' || left === 0) return undefined;
    const found = new Map<string, Node>();
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        const value = follow(property.argument, lookUp);
        const spread = value === undefined ? undefined : entries(value, left - 1);
        if (spread === undefined) return undefined;
        for (const [key, each] of spread) found.set(key, each);
        continue;
      }
      const key = keyOf(property);
      if (key === undefined) return undefined;
      found.set(key, property.value);
    }
    return found;
  });

  const texts = remembered<Set<string> | undefined>((node, left) => {
    if (node.type !== 'ArrayExpression' || left === 0) return undefined;
    const found = new Set<string>();
    for (const element of node.elements) {
      if (element === null) continue;
      if (element.type === 'SpreadElement') {
        const value = follow(element.argument, lookUp);
        const spread = value === undefined ? undefined : texts(value, left - 1);
        if (spread === undefined) return undefined;
        for (const each of spread) found.add(each);
        continue;
      }
      const value = follow(element, lookUp);
      const text = value === undefined ? undefined : literalString(value);
      if (text === undefined) return undefined;
      found.add(text);
    }
    return found;
  });

  return {
    /** The properties of an object literal; undefined when a part of it is not literal. */
    entriesOf: (node: Node | undefined) => node && entries(node, farthest),
    /** The texts of a list literal; undefined when a part of it is not literal. */
    textsOf: (node: Node | undefined) => node && texts(node, farthest),
  };
}

/** The union of the permissions of several definitions. */
export const together = (all: readonly Permissions[]): Permissions => ({
  keys: new Set(all.flatMap(({ keys }) => [...keys])),
  open: new Set(all.flatMap(({ open }) => [...open])),
});
