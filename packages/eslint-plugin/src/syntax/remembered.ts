import type { Node } from './ast.ts';

/** A search from a node, with so many steps left. */
export type Reader<R> = (node: Node, left: number) => R;

/**
 * Remembers what a search found at a node with so many steps left. Without it a search that branches at each
 * step takes as long as there are paths, not nodes: for ever, in a deep file.
 */
export function remembered<R>(search: Reader<R>): Reader<R> {
  const known = new WeakMap<Node, Map<number, R>>();
  return (node, left) => {
    const found = known.get(node) ?? new Map<number, R>();
    known.set(node, found);
    if (!found.has(left)) found.set(left, search(node, left));
    return found.get(left) as R;
  };
}
