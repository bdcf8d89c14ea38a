/** A foreign key from one table to another, by their positions. */
export interface Edge {
  readonly from: number;
  readonly to: number;
}

/**
 * Orders tables so that a table comes after those it refers to, and otherwise as they were. Where tables
 * refer to each other in a cycle, the keys that `avoids` prefers to break come last.
 *
 * @param count how many tables
 * @param edges their foreign keys
 * @param mayBreak whether a key can be satisfied later
 */
export function orderTables<E extends Edge>(
  count: number,
  edges: readonly E[],
  mayBreak: (edge: E) => boolean,
): { readonly order: readonly number[]; readonly broken: readonly E[] } {
  const open = new Set(edges.filter(({ from, to }) => from !== to));
  const broken = new Set(edges.filter(({ from, to }) => from === to));
  const left = new Set(Array.from({ length: count }, (_, i) => i));
  const order: number[] = [];
  while (left.size > 0) {
    const ready = [...left].filter((i) => ![...open].some(({ from }) => from === i));
    if (ready.length === 0) {
      // break a key of a cycle that can wait, at the table with the fewest keys that cannot
      const hard = (i: number) => [...open].filter((e) => e.from === i && !mayBreak(e)).length;
      const inCycle = [...left].filter((i) => reaches(i, i, open));
      const [next = 0] = inCycle.sort((a, b) => hard(a) - hard(b) || a - b);
      ready.push(next);
      for (const edge of open) {
        if (edge.from !== next) continue;
        open.delete(edge);
        broken.add(edge);
      }
    }
    for (const i of ready) {
      left.delete(i);
      order.push(i);
      for (const edge of open) if (edge.to === i) open.delete(edge);
    }
  }
  return { order, broken: [...broken] };
}

/** Whether keys lead from one table to another. */
function reaches(start: number, goal: number, edges: ReadonlySet<Edge>): boolean {
  const seen = new Set<number>();
  const next = [start];
  for (let i = next.pop(); i !== undefined; i = next.pop()) {
    for (const { from, to } of edges) {
      if (from !== i || seen.has(to)) continue;
      if (to === goal) return true;
      seen.add(to);
      next.push(to);
    }
  }
  return false;
}
