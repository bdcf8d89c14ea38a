import type { PlannedTable } from '../plan.ts';

const ranks: Readonly<Record<PlannedTable['is'], number>> = {
  tenants: 0,
  isolated: 1,
  visible: 2,
  shared: 3,
  system: 4,
  undecided: 5,
  other: 6,
};

/** The tables in the order of their adoption: parents before the tables that take the tenant from them. */
export function inOrder(tables: readonly PlannedTable[]): PlannedTable[] {
  const ranked = [...tables].sort(
    (a, b) => ranks[a.is] - ranks[b.is] || (a.table < b.table ? -1 : 1),
  );
  const byPath = new Map(tables.map((table) => [table.table, table]));
  const ordered = new Set<PlannedTable>();
  const open = new Set<PlannedTable>();
  const visit = (table: PlannedTable) => {
    if (ordered.has(table) || open.has(table)) return;
    open.add(table);
    for (const parent of parentsIn(table)) {
      const found = byPath.get(parent);
      if (found !== undefined) visit(found);
    }
    ordered.add(table);
  };
  for (const table of ranked) visit(table);
  return [...ordered];
}

/** The tables from which a table takes its tenant. */
export const parentsIn = ({ fill = [] }: PlannedTable): string[] =>
  fill.flatMap((source) => (source.from === 'parent' ? [source.parent] : []));
