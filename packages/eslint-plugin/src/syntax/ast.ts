import type * as ESTree from 'estree';

/** A node of any parser. Kinds of TypeScript and JSX are read with {@link kindOf}. */
export type Node = ESTree.Node;
export type Call = ESTree.CallExpression;
export type FunctionNode = ESTree.FunctionExpression | ESTree.ArrowFunctionExpression;

/** The kind of a node, as a string: parsers know more kinds than ESTree has types for. */
export const kindOf = (node: Node): string => node.type;

export const parentOf = (node: Node): Node | undefined =>
  (node as { parent?: Node | null }).parent ?? undefined;

const wrappers = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSInstantiationExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
]);

/** The expression without casts, `!`, `satisfies` and optional chaining around it. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (wrappers.has(kindOf(inner))) {
    const next = (inner as unknown as { expression?: Node | null }).expression;
    if (next == null) return inner;
    inner = next;
  }
  return inner;
}

export const isFunction = (node: Node | undefined): node is FunctionNode =>
  node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';

/** The statically known name of a property: `a.b`, `a['b']`, `a.#b`. */
export function memberName(node: ESTree.MemberExpression): string | undefined {
  if (!node.computed) return nameOf(node.property);
  return literalString(node.property);
}

/** The key of a property of an object or a pattern, when it is known. */
export function keyOf(property: ESTree.Property | ESTree.AssignmentProperty): string | undefined {
  if (!property.computed && property.key.type === 'Identifier') return property.key.name;
  return literalString(property.key);
}

const nameOf = (node: Node): string | undefined =>
  node.type === 'Identifier' || node.type === 'PrivateIdentifier' ? node.name : undefined;

/** The text of a string or of a template without expressions. */
export function literalString(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** The value of a property in an object literal. */
export function propertyOf(object: Node | undefined, name: string): Node | undefined {
  if (object?.type !== 'ObjectExpression') return undefined;
  for (const property of object.properties) {
    if (property.type === 'Property' && keyOf(property) === name) return property.value;
  }
  return undefined;
}

/** The arguments of a call, up to a spread. */
export function argumentsOf(call: ESTree.SimpleCallExpression | ESTree.NewExpression): Node[] {
  const spread = call.arguments.findIndex(({ type }) => type === 'SpreadElement');
  return spread < 0 ? call.arguments : call.arguments.slice(0, spread);
}
