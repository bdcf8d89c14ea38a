import type * as ESTree from 'estree';
import { isFunction, keyOf, memberName, type Node, unwrap } from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';
import { type Reader, remembered } from '../syntax/remembered.ts';
import type { Types } from '../syntax/types.ts';
import { resultsOf } from './callbacks.ts';

/**
 * Whether a key carries the tenant: it does, it certainly does not, it is a value from elsewhere that
 * nothing says it of (`id`), or nothing is known.
 */
export type Carrying = 'tenant' | 'nothing' | 'value' | 'unknown';

/** Usual words for tenants: `organizationId`, `org_id`, `team.slug` name one. */
export const usualTenants: readonly string[] = [
  'organization',
  'tenant',
  'workspace',
  'account',
  'team',
  'org',
];

const farthest = 8;
/** Functions that make a text of their arguments. */
const texts = new Set(['String', 'stringify', 'toString', 'toLowerCase', 'join', 'concat', 'trim']);

/**
 * Judges the key of an entry by its parts.
 * @param tenants words for tenants; a name of one carries it
 * @param makers functions of the user that make keys
 */
export function keyReader(
  names: Names,
  types: Types | undefined,
  tenants: readonly string[],
  makers: readonly string[],
  keys: Parameters<typeof resultsOf>[1],
): (parts: readonly Node[]) => Carrying {
  const isTenant = (name: string | undefined) => {
    const plain = name?.replaceAll('_', '').toLowerCase() ?? '';
    return tenants.some((word) =>
      ['', 'id', 'slug', 'key'].some((end) => plain.endsWith(`${word.toLowerCase()}${end}`)),
    );
  };

  const read: Reader<Carrying> = remembered((given, left) => {
    const node = unwrap(given);
    if (left === 0) return 'unknown';
    if (types?.aliasOf(node) === 'CacheKey') return 'tenant';
    const all = (nodes: readonly (Node | null)[]): Carrying =>
      joined(nodes.map((each) => (each === null ? 'nothing' : read(each, left - 1))));
    switch (node.type) {
      case 'Literal':
        return 'nothing';
      case 'TemplateLiteral':
        return all(node.expressions);
      case 'BinaryExpression':
        return all([node.left as Node, node.right]);
      case 'ArrayExpression':
        return all(node.elements);
      case 'ObjectExpression':
        return joined(
          node.properties.map((property) => {
            if (property.type === 'SpreadElement') return 'unknown';
            return isTenant(keyOf(property)) ? 'tenant' : read(property.value, left - 1);
          }),
        );
      case 'AwaitExpression':
        return read(node.argument, left - 1);
      case 'ConditionalExpression':
        return worst([read(node.consequent, left - 1), read(node.alternate, left - 1)]);
      case 'LogicalExpression':
        return worst([read(node.left, left - 1), read(node.right, left - 1)]);
      case 'AssignmentPattern':
        return read(node.left, left - 1);
      case 'Identifier':
        return ofName(node, left);
      case 'MemberExpression':
        return ofMember(node, left);
      case 'CallExpression':
        return ofCall(node, left);
      default:
        return 'unknown';
    }
  });

  const ofName = (node: ESTree.Identifier, left: number): Carrying => {
    if (isTenant(names.originalName(node))) return 'tenant';
    if (names.importPath(node) !== undefined) return 'unknown';
    if (isKeyType(names.binding(node)?.definition.name)) return 'tenant';
    const given = names.assigned(node).filter(({ how }) => how !== 'part');
    if (given.length > 0) return worst(given.map(({ value }) => read(value, left - 1)));
    return /key$/i.test(node.name) ? 'unknown' : 'value';
  };

  const ofMember = (node: ESTree.MemberExpression, left: number): Carrying => {
    const name = memberName(node);
    if (isTenant(name) || isTenant(names.originalName(node.object))) return 'tenant';
    if (names.importPath(node) !== undefined || node.object.type === 'ThisExpression') {
      return 'unknown';
    }
    const object = node.object.type === 'Identifier' ? names.constant(node.object) : undefined;
    const table = object === undefined ? undefined : unwrap(object);
    if (table?.type === 'ObjectExpression') {
      const found = table.properties.find(
        (each) => each.type === 'Property' && keyOf(each) === name,
      );
      if (found?.type === 'Property') return read(found.value, left - 1);
    }
    return name === undefined || /key$/i.test(name) ? 'unknown' : 'value';
  };

  const ofCall = (node: ESTree.CallExpression, left: number): Carrying => {
    const callee = unwrap(node.callee);
    const name = names.originalName(callee) ?? '';
    if (callee.type === 'MemberExpression' && name === 'key') return 'tenant';
    if (makers.includes(name)) return 'tenant';
    const given = node.arguments.map((each) => read(each, left - 1));
    if (given.includes('tenant')) return 'tenant';
    if (texts.has(name)) {
      const of = callee.type === 'MemberExpression' && !isJson(callee.object);
      return joined(of ? [read(callee.object, left - 1), ...given] : given);
    }
    const own = callee.type === 'Identifier' ? functionOf(callee) : undefined;
    if (own === undefined) return 'unknown';
    return worst(resultsOf(own, keys).map((each) => read(each, left - 1)));
  };

  const functionOf = (node: ESTree.Identifier) => {
    const { definition } = names.binding(node) ?? {};
    if (definition?.type === 'FunctionName') return definition.node as ESTree.FunctionExpression;
    const constant = names.constant(node);
    const made = constant === undefined ? undefined : unwrap(constant);
    return isFunction(made) ? made : undefined;
  };

  return (parts) => {
    const all = parts.map((part) => read(part, farthest));
    return all.length === 1 ? (all[0] as Carrying) : joined(all);
  };
}

const isJson = (node: Node) => node.type === 'Identifier' && node.name === 'JSON';

/** Of what is put together: one part that carries the tenant is enough. */
function joined(parts: readonly Carrying[]): Carrying {
  if (parts.includes('tenant')) return 'tenant';
  return parts.includes('unknown') ? 'unknown' : 'nothing';
}

/** Of what may be the one or the other. */
function worst(either: readonly Carrying[]): Carrying {
  for (const each of ['nothing', 'value', 'unknown', 'tenant'] as const) {
    if (either.includes(each)) return each;
  }
  return 'unknown';
}

/** A name whose written type is `CacheKey`. */
function isKeyType(name: unknown): boolean {
  const { typeAnnotation } = Object(name) as {
    typeAnnotation?: { typeAnnotation?: { typeName?: { name?: string } } };
  };
  return typeAnnotation?.typeAnnotation?.typeName?.name === 'CacheKey';
}
