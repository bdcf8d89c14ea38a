import type * as ESTree from 'estree';
import {
  argumentsOf,
  literalString,
  memberName,
  type Node,
  propertyOf,
  unwrap,
} from '../syntax/ast.ts';
import type { Names } from '../syntax/names.ts';

/** A permission in code, with its location. */
export interface Use {
  readonly node: Node;
  readonly permission: string;
  /** The range of the permission in the text, without quotes. */
  readonly range: readonly [number, number];
  /** The object of the check, for finding the definition. */
  readonly asked: Node | undefined;
}

/** The names of functions and objects that check permissions. */
export interface Asked {
  /** Functions whose first argument is a permission: `can`, `authorize`, `requires`. */
  readonly functions: readonly string[];
  /** Values with such functions as methods: `rbac`. */
  readonly objects: readonly string[];
}

const methods: Readonly<Record<string, number>> = {
  authorize: 0,
  can: 0,
  explain: 1,
  requires: 0,
};
const makers = new Set(['checker', 'readSnapshot', 'useCan']);

/** The permissions in a call. */
export function permissionsOfCall(
  call: ESTree.SimpleCallExpression,
  names: Names,
  asked: Asked,
): Use[] {
  const callee = unwrap(call.callee);
  const given = argumentsOf(call);
  if (callee.type === 'MemberExpression') {
    const method = memberName(callee);
    if (method === 'isolate' || method === 'rules') return termsOf(given[1], names, callee.object);
    if (method === 'save' || method === 'preview')
      return listed(given[1], names, callee.object, asked);
    const at = method !== undefined && Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (at === undefined) return [];
    if (isAsked(callee.object, names, asked)) return texts(given[at], names, callee.object);
    // createPermissionCache(rbac, pool).can(who, 'projects:read')
    return method === 'can' && madeBy(callee.object, names) === 'createPermissionCache'
      ? texts(given[1], names, undefined)
      : [];
  }
  if (callee.type !== 'Identifier') return [];
  const name = names.originalName(callee);
  if (name === 'isolate' || name === 'rules') return termsOf(given[1], names, callee);
  if (name !== undefined && asked.functions.includes(name)) {
    return texts(given[0], names, callee).filter(
      ({ permission }) => permission.includes(':') || !isForeign(callee, names),
    );
  }
  return makers.has(madeBy(callee, names) ?? '') ? texts(given[0], names, callee) : [];
}

/** `<Can permission="projects:create">` */
export function permissionsOfElement(element: Node, names: Names): Use[] {
  const { name, attributes } = element as unknown as {
    name: { type: string; name?: string };
    attributes: { type: string; name?: { name?: string }; value?: Node | null }[];
  };
  if (name.type !== 'JSXIdentifier' || name.name !== 'Can') return [];
  return attributes.flatMap(({ type, name: key, value }) => {
    if (type !== 'JSXAttribute' || key?.name !== 'permission' || value == null) return [];
    const inside = (value as unknown as { expression?: Node }).expression;
    return texts(inside ?? value, names, undefined);
  });
}

/** `tenantry.can('projects:create')` in an SQL template. */
export function permissionsOfTemplate({ quasi }: ESTree.TaggedTemplateExpression): Use[] {
  return quasi.quasis.flatMap((node) => {
    const start = rangeOf(node)[0] + 1;
    return [...node.value.raw.matchAll(/\btenantry\.can\(\s*'([^'\\]*)'/g)].map((match) => {
      const permission = match[1] ?? '';
      const from = start + match.index + match[0].length - 1 - permission.length;
      return {
        node,
        permission,
        range: [from, from + permission.length] as const,
        asked: undefined,
      };
    });
  });
}

/** The terms of `rbac.isolate(t, { read, write })`. */
function termsOf(options: Node | undefined, names: Names, asked: Node): Use[] {
  if (options === undefined) return [];
  const object = unwrap(options);
  const term = (node: Node | undefined): Use[] => {
    if (node === undefined) return [];
    const value = unwrap(node);
    return value.type === 'ObjectExpression'
      ? texts(propertyOf(value, 'permission'), names, asked)
      : texts(value, names, asked);
  };
  const write = propertyOf(object, 'write');
  const each = write === undefined ? undefined : unwrap(write);
  const commands = ['insert', 'update', 'delete'].map((command) => propertyOf(each, command));
  return [propertyOf(object, 'read'), write, ...commands].flatMap(term);
}

/** The permissions of `rbac.roles.save(db, { permissions: […] })`; wildcards are not permissions. */
function listed(role: Node | undefined, names: Names, object: Node, asked: Asked): Use[] {
  const roles = unwrap(object);
  if (roles.type !== 'MemberExpression' || memberName(roles) !== 'roles') return [];
  if (!isAsked(roles.object, names, asked) || role === undefined) return [];
  const list = propertyOf(unwrap(role), 'permissions');
  const elements = list === undefined ? undefined : unwrap(list);
  if (elements?.type !== 'ArrayExpression') return [];
  return elements.elements
    .flatMap((element) => texts(element ?? undefined, names, roles.object))
    .filter(({ permission }) => !permission.endsWith('*'));
}

function isAsked(node: Node, names: Names, { objects }: Asked): boolean {
  const value = unwrap(node);
  const name = names.originalName(value);
  if (name !== undefined && objects.includes(name)) return true;
  return madeBy(value, names) === 'defineRbac';
}

/** The function whose result a value is. */
function madeBy(node: Node, names: Names): string | undefined {
  const value = unwrap(node);
  const made = value.type === 'Identifier' ? names.constant(value) : value;
  const call = made === undefined ? undefined : unwrap(made);
  return call?.type === 'CallExpression' ? names.originalName(call.callee) : undefined;
}

/** Whether a function comes from another package, such as another permission library. */
function isForeign(callee: Node, names: Names): boolean {
  const path = names.importPath(callee);
  return path !== undefined && !/^([.~#]|@\/|@tenantry\/)/.test(path.source);
}

/** The possible texts of an expression: a literal, a constant, both sides of a condition. */
function texts(node: Node | undefined, names: Names, asked: Node | undefined, left = 6): Use[] {
  if (node === undefined || left === 0) return [];
  const value = unwrap(node);
  const permission = literalString(value);
  if (permission !== undefined) {
    const [start, end] = rangeOf(value);
    return [{ node: value, permission, range: [start + 1, end - 1], asked }];
  }
  if (value.type === 'ConditionalExpression') {
    return [value.consequent, value.alternate].flatMap((each) =>
      texts(each, names, asked, left - 1),
    );
  }
  if (value.type === 'LogicalExpression') {
    return [value.left, value.right].flatMap((each) => texts(each, names, asked, left - 1));
  }
  if (value.type !== 'Identifier') return [];
  // reported at its use, and fixed at its definition
  return texts(names.constant(value), names, asked, left - 1).map((use) => ({
    ...use,
    node: value,
  }));
}

const rangeOf = (node: Node) => (node as { range?: [number, number] }).range ?? [0, 0];
