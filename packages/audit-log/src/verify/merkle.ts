import { sha256 } from './content-hash.ts';

// RFC 6962, section 2.1: leaves and nodes are hashed with different prefixes, and a node without a
// sibling moves to the next level unchanged.
const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

export const leafHash = (data: Buffer): Buffer => sha256(leafPrefix, data);
const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(nodePrefix, left, right);

/** A Merkle tree that grows leaf by leaf and keeps one node per level. */
export function createTree() {
  const peaks: { size: number; hash: Buffer }[] = [];
  return {
    add(data: Buffer): void {
      let node = { size: 1, hash: leafHash(data) };
      for (let last = peaks.at(-1); last?.size === node.size; last = peaks.at(-1)) {
        peaks.pop();
        node = { size: node.size * 2, hash: nodeHash(last.hash, node.hash) };
      }
      peaks.push(node);
    },
    root(): Buffer | undefined {
      return peaks.reduceRight<Buffer | undefined>(
        (right, { hash }) => (right === undefined ? hash : nodeHash(hash, right)),
        undefined,
      );
    },
  };
}

/** The root over all leaves. */
export function rootOf(leaves: Iterable<Buffer>): Buffer | undefined {
  const tree = createTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/** The audit path of a leaf, from the leaf to the root. */
export function pathOf(leaves: readonly Buffer[], index: number): Buffer[] {
  const path: Buffer[] = [];
  let level = leaves.map(leafHash);
  for (let at = index; level.length > 1; at >>= 1) {
    const partner = level[at ^ 1];
    if (partner !== undefined) path.push(partner);
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const [left, right] = [level[2 * i] as Buffer, level[2 * i + 1]];
      return right === undefined ? left : nodeHash(left, right);
    });
  }
  return path;
}

/** The root computed from a leaf and its path; undefined when the path does not fit the tree. */
export function rootFromPath(
  data: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | undefined {
  let node = leafHash(data);
  let used = 0;
  for (let at = index, width = size; width > 1; at >>= 1, width = Math.ceil(width / 2)) {
    if ((at ^ 1) >= width) continue; // no sibling on this level
    const partner = path[used++];
    if (partner === undefined) return undefined;
    node = at % 2 === 1 ? nodeHash(partner, node) : nodeHash(node, partner);
  }
  return used === path.length && index >= 0 && index < size ? node : undefined;
}
