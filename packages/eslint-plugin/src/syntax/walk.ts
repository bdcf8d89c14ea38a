import type { SourceCode } from 'eslint';
import { type Node, parentOf } from './ast.ts';

type Keys = SourceCode['visitorKeys'];

/** The nodes directly below a node. */
export function childrenOf(node: Node, keys: Keys): Node[] {
  const record = node as unknown as Record<string, unknown>;
  return (keys[node.type] ?? Object.keys(record).filter((key) => key !== 'parent'))
    .flatMap((key) => record[key])
    .filter(isNode);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/**
 * Every node below and including a node, in the order of the text.
 * @param enter whether to visit the children of a node. Default: always.
 */
export function* nodesIn(
  node: Node,
  keys: Keys,
  enter: (node: Node) => boolean = () => true,
): Generator<Node> {
  yield node;
  if (!enter(node)) return;
  for (const child of childrenOf(node, keys)) yield* nodesIn(child, keys, enter);
}

const functions = new Set([
  'ArrowFunctionExpression',
  'FunctionDeclaration',
  'FunctionExpression',
  'StaticBlock',
  'PropertyDefinition',
]);

/** The nodes that belong to a function itself, not to nested functions. */
export const ownNodesIn = (body: Node, keys: Keys) =>
  nodesIn(body, keys, (node) => node === body || !functions.has(node.type));

/** The enclosing function of a node; undefined at the top level of the module. */
export function functionAround(node: Node): Node | undefined {
  let outer = parentOf(node);
  while (outer !== undefined && !functions.has(outer.type)) outer = parentOf(outer);
  return outer;
}
