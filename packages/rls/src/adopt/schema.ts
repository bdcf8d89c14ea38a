import type { Tenancy } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import { sql } from 'drizzle-orm';
import { customType, type PgTable, pgSchema, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import type { ColumnLike, ColumnsLike, Fragment, OnDelete } from '../fragments/drizzle.ts';
import { isolate } from '../fragments/isolate.ts';
import { reference } from '../fragments/reference.ts';
import { shared, systemOnly } from '../fragments/shared.ts';
import { tenants } from '../fragments/tenants.ts';
import { visibleThrough } from '../fragments/through.ts';
import type { LiveTable } from '../model/live.ts';
import { pathOf } from '../model/table.ts';
import { type Facts, findTable, keyOf } from './facts.ts';
import type { AdoptionPlan, PlannedTable } from './plan.ts';

/**
 * The tables of a plan as Drizzle tables with their fragments, as they will be: what `generate`, `diagnose`
 * and `expectIsolated` take. Tables of other libraries are left out.
 *
 * The properties are `id` for a primary key of one column, the tenancy's own for the tenant column, and
 * the names of the database for the others.
 * @example
 * ```ts
 * const schema = schemaOfPlan(plan, facts, tenancy);
 * const { findings } = await diagnose(client, { tenancy, schema });
 * ```
 */
export function schemaOfPlan(
  plan: AdoptionPlan,
  facts: Facts,
  tenancy: Tenancy,
): Record<string, PgTable> {
  const made: Record<string, PgTable> = {};
  for (const planned of plan.tables) {
    const live = findTable(facts, planned.table);
    if (live === undefined || planned.is === 'other' || planned.is === 'undecided') continue;
    made[planned.table] = tableOfPlan(planned, live, { plan, facts, tenancy, made });
  }
  return made;
}

interface Making {
  readonly plan: AdoptionPlan;
  readonly facts: Facts;
  readonly tenancy: Tenancy;
  readonly made: Readonly<Record<string, PgTable>>;
}

function tableOfPlan(planned: PlannedTable, live: LiveTable, making: Making): PgTable {
  const { schema, name } = live;
  const columns = columnsOf(planned, live, making) as Parameters<typeof pgTable>[1];
  const extras = (t: unknown) => fragmentsOf(planned, live, t as ColumnsLike, making) as never[];
  return schema === 'public'
    ? pgTable(name, columns, extras)
    : pgSchema(schema).table(name, columns, extras);
}

const typed = (type: string, column: string) =>
  customType<{ data: unknown }>({ dataType: () => type.replace(/^character varying/, 'varchar') })(
    column,
  );

/** The tenant column, also where it is still missing, and the others as they are. */
function columnsOf(planned: PlannedTable, live: LiveTable, { facts, tenancy }: Making): object {
  const more = facts.more.get(pathOf(live));
  const entries = live.columns.map((column): [string, object] => {
    const isSerial = more?.serials.includes(column.name) === true;
    const made = typed(isSerial ? serialOf(column.type) : column.type, column.name);
    const kept = column.notNull ? made.notNull() : made;
    return [
      propertyOf(planned, live, column.name, tenancy),
      column.generated ? kept.generatedAlwaysAs(sql`null`) : kept,
    ];
  });
  const columns = Object.fromEntries(entries);
  if (planned.is !== 'isolated') return columns;
  const type = live.columns.find(({ name }) => name === planned.column)?.type ?? tenancy.id;
  columns[tenancy.property] = typed(type, planned.column ?? tenancy.column)
    .notNull()
    .default(sql.raw(`(${tenantOfTransaction(tenancy).sql})`));
  return columns;
}

const serialOf = (type: string) =>
  type === 'bigint' ? 'bigserial' : type === 'smallint' ? 'smallserial' : 'serial';

/** The property of a column in the table that is made. */
export function propertyOf(
  planned: PlannedTable,
  live: LiveTable,
  column: string,
  tenancy: Tenancy,
): string {
  if (planned.is === 'isolated' && column === planned.column) return tenancy.property;
  return idOf(live) === column ? 'id' : column === 'id' ? 'id_' : column;
}

/** The column that identifies a row, unless the table is partitioned: its keys need the partition too. */
const idOf = (live: LiveTable): string | undefined => {
  const key = keyOf(live);
  return key.length === 1 ? key[0] : undefined;
};

function fragmentsOf(
  planned: PlannedTable,
  live: LiveTable,
  t: ColumnsLike,
  making: Making,
): Fragment[] {
  const { tenancy, plan, made } = making;
  const property = (column: string) => t[propertyOf(planned, live, column, tenancy)] as ColumnLike;
  const key = keyOf(live);
  const ownKey =
    key.length === 0
      ? []
      : [primaryKey({ name: `${live.name}_pkey`, columns: key.map(property) as never })];
  switch (planned.is) {
    case 'tenants':
      return [...ownKey, ...tenants(tenancy, t, {})];
    case 'isolated':
      return [
        ...ownKey,
        ...isolate(tenancy, t, { key: false }),
        ...referencesOfPlan(planned, live, making).flatMap(
          ({ column, foreign, foreignColumn, onDelete }) =>
            reference(tenancy, t, {
              column: property(column),
              to: () => made[pathOf(foreign.live)] as PgTable,
              property: propertyOf(foreign.planned, foreign.live, foreignColumn, tenancy),
              onDelete,
            }),
        ),
      ];
    case 'visible': {
      const { members } = plan;
      const link = plan.tables.find(({ table }) => table === members?.table);
      const linkLive = findTable(making.facts, members?.table ?? '');
      if (members === null || link === undefined || linkLive === undefined)
        return [...ownKey, ...systemOnly(tenancy, t)];
      return [
        ...ownKey,
        ...visibleThrough(tenancy, t, {
          link: () => made[members.table] as PgTable,
          property: propertyOf(link, linkLive, members.user, tenancy),
        }),
      ];
    }
    case 'shared':
      return [...ownKey, ...shared(tenancy, t)];
    default:
      return [...ownKey, ...systemOnly(tenancy, t)];
  }
}

/** A foreign key that will carry the tenant. */
export interface PlannedReference {
  readonly column: string;
  readonly foreign: { readonly planned: PlannedTable; readonly live: LiveTable };
  readonly foreignColumn: string;
  readonly onDelete: OnDelete;
}

/**
 * The foreign keys between isolated tables, each with the tenant. A key whose parent cannot have the
 * unique index (tenant, id) stays as it is, as that to a partitioned table does.
 */
export function referencesOfPlan(
  planned: PlannedTable,
  live: LiveTable,
  { plan, facts }: Pick<Making, 'plan' | 'facts'>,
): PlannedReference[] {
  const seen = new Set<string>();
  const within = live.foreignKeys.flatMap((key): PlannedReference[] => {
    const path = pathOf(key.foreignTable);
    const foreign = plan.tables.find(({ table }) => table === path);
    const foreignLive = findTable(facts, path);
    if (foreign?.is !== 'isolated' || foreignLive === undefined) return [];
    // (tenant, column) → (tenant, id) is what this has made before
    const at = key.columns.findIndex((column) => column !== planned.column);
    const [column, foreignColumn] = [key.columns[at], key.foreignColumns[at]];
    if (column === undefined || foreignColumn === undefined) return [];
    const replaced = key.columns.length === 2 && key.columns[0] === planned.column;
    if ((key.columns.length > 1 && !replaced) || key.onDelete === 'set default') return [];
    if (foreignLive.kind === 'partitioned' || idOf(foreignLive) !== foreignColumn) return [];
    if (seen.has(column)) return [];
    seen.add(column);
    return [
      {
        column,
        foreign: { planned: foreign, live: foreignLive },
        foreignColumn,
        onDelete: key.onDelete,
      },
    ];
  });
  return [...toTenants(planned, live, { plan, facts }), ...within];
}

/** The key to the table of tenants; one that exists keeps what deleting a tenant does. */
function toTenants(
  planned: PlannedTable,
  live: LiveTable,
  { plan, facts }: Pick<Making, 'plan' | 'facts'>,
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
      column: planned.column,
      foreign: { planned: tenantsPlanned, live: tenantsLive },
      foreignColumn: id,
      onDelete,
    },
  ];
}
