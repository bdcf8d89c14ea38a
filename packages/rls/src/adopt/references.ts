import type { OnDelete } from '../fragments/drizzle.ts';
import type { LiveTable } from '../model/live.ts';
import { type ForeignKeyModel, pathOf, titleOf } from '../model/table.ts';
import { findTable, keyOf } from './facts.ts';
import type { PlannedTable } from './plan.ts';
import type { PlannedDatabase } from './planned-database.ts';

/** A foreign key that will carry the tenant. */
export interface PlannedReference {
  /** Its columns without the tenant. */
  readonly columns: readonly string[];
  readonly foreign: { readonly planned: PlannedTable; readonly live: LiveTable };
  readonly foreignColumns: readonly string[];
  readonly onDelete: OnDelete;
}

/** The foreign keys between isolated tables, each with the tenant, and the one to the tenants. */
export function referencesOfPlan(
  planned: PlannedTable,
  live: LiveTable,
  within: PlannedDatabase,
): PlannedReference[] {
  const seen = new Set<string>();
  const found = live.foreignKeys.flatMap((key): PlannedReference[] => {
    const reference = withTenant(planned, live, key, within);
    const columns = JSON.stringify(
      typeof reference === 'object' ? [...reference.columns].sort() : [],
    );
    if (typeof reference !== 'object' || seen.has(columns)) return [];
    seen.add(columns);
    return [reference];
  });
  return [...toTenants(planned, live, within), ...found];
}

/** The foreign keys to isolated tables that stay without the tenant, and why. */
export const referencesWithout = (
  planned: PlannedTable,
  live: LiveTable,
  within: PlannedDatabase,
): { readonly name: string; readonly why: string }[] =>
  live.foreignKeys.flatMap((key) => {
    const why = withTenant(planned, live, key, within);
    return typeof why === 'string' ? [{ name: key.name, why }] : [];
  });

/** A key with the tenant; a text says why it cannot have it; undefined: it is not between isolated tables. */
function withTenant(
  planned: PlannedTable,
  live: LiveTable,
  key: ForeignKeyModel,
  { plan, facts }: PlannedDatabase,
): PlannedReference | string | undefined {
  const path = pathOf(key.foreignTable);
  const foreign = plan.tables.find(({ table }) => table === path);
  const foreignLive = findTable(facts, path);
  if (foreign?.is !== 'isolated' || foreignLive === undefined) return undefined;
  // (tenant, column) → (tenant, id) is what this has made before
  const pairs = key.columns
    .map((column, i) => ({ column, foreignColumn: key.foreignColumns[i] ?? '' }))
    .filter(
      ({ column, foreignColumn }) => column !== planned.column || foreignColumn !== foreign.column,
    );
  const columns = pairs.map(({ column }) => column);
  const foreignColumns = pairs.map(({ foreignColumn }) => foreignColumn);
  if (columns.includes(planned.column ?? ''))
    return `${planned.column} of it references another column than the tenant`;
  if (key.onDelete === 'set default') return 'ON DELETE SET DEFAULT would set the tenant too';
  const identity = keyOf(foreignLive).filter((column) => column !== foreign.column);
  if (!sameColumns(foreignColumns, identity))
    return `(${foreignColumns.join(', ')}) is not the primary key of ${titleOf(foreignLive)}`;
  // PostgreSQL refuses the deletion either way
  const clears = columns.every((each) => live.columns.some((c) => c.name === each && !c.notNull));
  const onDelete = key.onDelete === 'set null' && !clears ? 'no action' : key.onDelete;
  return { columns, foreign: { planned: foreign, live: foreignLive }, foreignColumns, onDelete };
}

export const sameColumns = (some: readonly string[], others: readonly string[]): boolean =>
  some.length > 0 && some.length === others.length && some.every((each) => others.includes(each));

/** The key to the table of tenants; one that exists keeps what deleting a tenant does. */
function toTenants(
  planned: PlannedTable,
  live: LiveTable,
  { plan, facts }: PlannedDatabase,
): PlannedReference[] {
  const { table, id } = plan.tenants;
  const tenantsLive = findTable(facts, table);
  const tenantsPlanned = plan.tables.find((each) => each.table === table);
  if (planned.column === undefined || tenantsLive === undefined || tenantsPlanned === undefined)
    return [];
  const standing = live.foreignKeys.find(
    ({ columns, foreignTable }) =>
      columns.length === 1 && columns[0] === planned.column && pathOf(foreignTable) === table,
  );
  const onDelete = standing?.onDelete ?? 'no action';
  // the tenant of a row that stays is never cleared
  if (onDelete === 'set default' || onDelete === 'set null') return [];
  return [
    {
      columns: [planned.column],
      foreign: { planned: tenantsPlanned, live: tenantsLive },
      foreignColumns: [id],
      onDelete,
    },
  ];
}

/** Whether a foreign key of the plan points at a table by several columns. */
export const isReferencedByMore = (path: string, { plan, facts }: PlannedDatabase): boolean =>
  plan.tables.some((other) => {
    const live = other.is === 'isolated' ? findTable(facts, other.table) : undefined;
    return live?.foreignKeys.some((key) => {
      const found =
        pathOf(key.foreignTable) === path && withTenant(other, live, key, { plan, facts });
      return typeof found === 'object' && found.columns.length > 1;
    });
  });

/** The foreign key by which a parent is reached. */
export const keyTo = (
  table: { readonly foreignKeys: NonNullable<ReturnType<typeof findTable>>['foreignKeys'] },
  source: { readonly column: string; readonly parent: string },
) =>
  table.foreignKeys.find(
    ({ columns, foreignTable }) =>
      columns.includes(source.column) &&
      `${foreignTable.schema}.${foreignTable.name}` === source.parent,
  );
