import { pathOf } from '@tenantry/rls/model';
import type { Table } from '../model.ts';

/**
 * Tables in an order in which parents come before their children. In a cycle of references those that may
 * be null give way.
 */
export function inOrder(tables: readonly Table[]): Table[] {
  const byPath = new Map(tables.map((table) => [pathOf(table), table]));
  const ordered: Table[] = [];
  const state = new Map<Table, 'open' | 'done'>();
  const visit = (table: Table) => {
    if (state.has(table)) return; // done, or a cycle
    state.set(table, 'open');
    for (const { parent, isRequired } of parentsOf(table, byPath))
      if (isRequired || !needs(parent, table, byPath)) visit(parent);
    state.set(table, 'done');
    ordered.push(table);
  };
  // tenants first: everything depends on them
  for (const table of tables.filter(({ isolation }) => isolation === 'tenants')) visit(table);
  for (const table of tables) visit(table);
  return ordered;
}

function parentsOf(table: Table, byPath: ReadonlyMap<string, Table>) {
  const open = new Set(
    table.columns.filter(({ refusesNull }) => !refusesNull).map(({ name }) => name),
  );
  return table.foreignKeys.flatMap(({ foreignTable, columns }) => {
    const parent = byPath.get(pathOf(foreignTable));
    if (parent === undefined || parent === table || columns.length === 0) return [];
    return [{ parent, isRequired: !columns.some((column) => open.has(column)) }];
  });
}

/** Whether a row of one table cannot be without a row of the other, at any distance. */
function needs(table: Table, other: Table, byPath: ReadonlyMap<string, Table>): boolean {
  const seen = new Set<Table>();
  const visit = (at: Table): boolean => {
    if (at === other) return true;
    if (seen.has(at)) return false;
    seen.add(at);
    return parentsOf(at, byPath).some(({ parent, isRequired }) => isRequired && visit(parent));
  };
  return visit(table);
}
