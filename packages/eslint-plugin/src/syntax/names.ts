import type { Scope, SourceCode } from 'eslint';
import type * as ESTree from 'estree';
import {
  argumentsOf,
  keyOf,
  literalString,
  memberName,
  type Node,
  parentOf,
  unwrap,
} from './ast.ts';

/** The origin of an expression: a module, and the names that lead from it to the value. */
export interface ImportPath {
  readonly source: string;
  /** `['Pool']` for `new Pool()`, `new pg.Pool()` and `new (require('pg').Pool)()` alike. */
  readonly names: readonly string[];
}

/** A resolved name: its binding, and the keys of its destructuring pattern. */
interface Binding {
  readonly definition: Scope.Definition;
  readonly variable: Scope.Variable;
  readonly keys: readonly string[];
}

/** A value assigned to a variable. */
export interface Assigned {
  readonly value: Node;
  /** How it is assigned: as a whole, added (`+=`), or in part (a pattern, an element). */
  readonly how: 'is' | 'adds' | 'part';
}

/** Resolves the names of a file to their origins. */
export interface Names {
  /** The module that a value comes from, through renaming, namespaces, destructuring and `require`. */
  importPath(node: Node): ImportPath | undefined;
  /** The original name of a value: `db` for `import { db as database }`. */
  originalName(node: Node): string | undefined;
  /** The expression of a constant, when it was not destructured from another value. */
  constant(node: ESTree.Identifier): Node | undefined;
  /** The values of a variable: its initial value, and every later one. */
  assigned(node: ESTree.Identifier): readonly Assigned[];
  binding(node: ESTree.Identifier): Binding | undefined;
}

// stops at cyclic names
const farthest = 10;

export function namesOf(sourceCode: SourceCode): Names {
  const binding = (node: ESTree.Identifier): Binding | undefined => {
    let scope: Scope.Scope | null = sourceCode.getScope(node);
    let variable: Scope.Variable | undefined;
    while (scope !== null && variable === undefined) {
      variable = scope.set.get(node.name);
      scope = scope.upper;
    }
    const definition = variable?.defs.length === 1 ? variable.defs[0] : undefined;
    if (variable === undefined || definition === undefined) return undefined;
    const keys = patternsOf(definition)
      .map((pattern) => keysTo(pattern, definition.name))
      .find((found) => found !== undefined);
    return { definition, variable, keys: keys ?? [] };
  };

  const path = (node: Node, distance: number): ImportPath | undefined => {
    if (distance > farthest) return undefined;
    const value = unwrap(node);
    if (value.type === 'MemberExpression') {
      const name = memberName(value);
      return name === undefined ? undefined : inside(path(value.object, distance + 1), [name]);
    }
    if (value.type === 'AwaitExpression') return path(value.argument, distance + 1);
    const required = requiredModule(value);
    if (required !== undefined) return { source: required, names: [] };
    if (value.type !== 'Identifier') return undefined;
    const found = binding(value);
    if (found === undefined) return undefined;
    const imported = importOf(found.definition);
    if (imported !== undefined) return imported;
    const initial = initialOf(found.definition);
    return initial === undefined ? undefined : inside(path(initial, distance + 1), found.keys);
  };

  const original = (node: Node, distance: number): string | undefined => {
    const value = unwrap(node);
    if (value.type === 'MemberExpression') return memberName(value);
    if (value.type !== 'Identifier') return undefined;
    const found = binding(value);
    if (found === undefined || distance > farthest) return value.name;
    const imported = importOf(found.definition);
    if (imported !== undefined) return imported.names.at(-1) ?? value.name;
    if (found.keys.length > 0) return found.keys.at(-1);
    const initial = initialOf(found.definition);
    if (initial === undefined) return value.name;
    const alias = unwrap(initial);
    return alias.type === 'Identifier' || alias.type === 'MemberExpression'
      ? (original(alias, distance + 1) ?? value.name)
      : value.name;
  };

  return {
    binding,
    importPath: (node) => path(node, 0),
    originalName: (node) => original(node, 0),
    constant(node) {
      const found = binding(node);
      if (found === undefined || found.keys.length > 0 || isWritten(found.variable)) {
        return undefined;
      }
      return initialOf(found.definition);
    },
    assigned(node) {
      const found = binding(node);
      if (found?.definition.type !== 'Variable') return [];
      const whole = found.keys.length === 0;
      const initial = initialOf(found.definition);
      const later = found.variable.references.flatMap(({ identifier, writeExpr, init }) => {
        if (!writeExpr || (init === true && initial !== undefined)) return [];
        const by = parentOf(identifier as Node);
        const adds = by?.type === 'AssignmentExpression' && by.operator === '+=';
        const is = whole && init !== true && by?.type === 'AssignmentExpression';
        return [{ value: writeExpr as Node, how: adds ? 'adds' : is ? 'is' : 'part' } as const];
      });
      if (initial === undefined) return later;
      return [{ value: initial, how: whole ? 'is' : 'part' }, ...later];
    },
  };
}

const isWritten = ({ references }: Scope.Variable) =>
  references.some((reference) => reference.isWrite() && reference.init !== true);

const initialOf = (definition: Scope.Definition): Node | undefined =>
  definition.type === 'Variable' ? (definition.node.init ?? undefined) : undefined;

function inside(path: ImportPath | undefined, names: readonly string[]): ImportPath | undefined {
  if (path === undefined) return undefined;
  // `pg.default.Pool` and `pg.Pool` are the same
  return { source: path.source, names: [...path.names, ...names.filter((n) => n !== 'default')] };
}

function importOf({ type, node, parent }: Scope.Definition): ImportPath | undefined {
  if (type !== 'ImportBinding' || parent?.type !== 'ImportDeclaration') return undefined;
  const { source } = parent;
  if (typeof source.value !== 'string') return undefined;
  const specifier = node as Node;
  if (specifier.type !== 'ImportSpecifier') return { source: source.value, names: [] };
  const { imported } = specifier;
  const name = imported.type === 'Identifier' ? imported.name : String(imported.value);
  return { source: source.value, names: name === 'default' ? [] : [name] };
}

/** The module of `require('pg')` and `import('pg')`. */
function requiredModule(node: Node): string | undefined {
  if (node.type === 'ImportExpression') return literalString(node.source);
  if (node.type !== 'CallExpression') return undefined;
  const [first] = argumentsOf(node);
  return node.callee.type === 'Identifier' && node.callee.name === 'require' && first !== undefined
    ? literalString(first)
    : undefined;
}

function patternsOf({ type, node }: Scope.Definition): Node[] {
  if (type === 'Variable') return [node.id];
  return type === 'Parameter' ? (node as ESTree.Function).params : [];
}

/** The keys that lead from a pattern to one of its names: `['a', 'b']` in `{ a: { b: name } }`. */
function keysTo(pattern: Node, name: Node): string[] | undefined {
  if (pattern === name) return [];
  if (pattern.type === 'AssignmentPattern') return keysTo(pattern.left, name);
  if (pattern.type === 'ObjectPattern') {
    for (const property of pattern.properties) {
      if (property.type !== 'Property') continue;
      const below = keysTo(property.value, name);
      const key = keyOf(property);
      if (below !== undefined && key !== undefined) return [key, ...below];
    }
  }
  if (pattern.type === 'ArrayPattern') {
    for (const [index, element] of pattern.elements.entries()) {
      const below = element === null ? undefined : keysTo(element, name);
      if (below !== undefined) return [String(index), ...below];
    }
  }
  return undefined;
}
