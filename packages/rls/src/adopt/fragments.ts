import type { Tenancy } from '@tenantry/core';
import { type PgTable, primaryKey } from 'drizzle-orm/pg-core';
import type { ColumnLike, ColumnsLike, Fragment } from '../fragments/drizzle.ts';
import { isolate } from '../fragments/isolate.ts';
import { reference } from '../fragments/reference.ts';
import { shared, systemOnly } from '../fragments/shared.ts';
import { tenants } from '../fragments/tenants.ts';
import { visibleThrough } from '../fragments/through.ts';
import type { LiveTable } from '../model/live.ts';
import { pathOf } from '../model/table.ts';
import { findTable, keyOf } from './facts.ts';
import type { PlannedTable } from './plan.ts';
import type { PlannedDatabase } from './planned-database.ts';
import { isReferencedByMore, referencesOfPlan } from './references.ts';

/** What the tables of a plan are made with. */
export interface Making extends PlannedDatabase {
  readonly tenancy: Tenancy;
  /** The tables so far, by path. */
  readonly made: Readonly<Record<string, PgTable>>;
}

/** The property of a column in the table that is made. */
export function propertyOf(
  planned: PlannedTable,
  live: LiveTable,
  column: string,
  tenancy: Tenancy,
): string {
  if (planned.is === 'isolated' && column === planned.column) return tenancy.property;
  const [id, ...more] = keyOf(live);
  if (id === undefined || more.length > 0) return column;
  return id === column ? 'id' : column === 'id' ? 'id_' : column;
}

/**
 * What follows the tenant in the unique index of an isolated table: its primary key. Undefined where
 * `isolate` finds it by itself; none for a table in which nothing identifies a row.
 */
export function uniqueOf(
  { table, column }: PlannedTable,
  live: LiveTable,
  within: PlannedDatabase,
): readonly string[] | undefined {
  const key = keyOf(live).filter((each) => each !== column);
  const hasId = live.columns.some(({ name }) => name === 'id');
  if (key.length === 1) return key[0] === 'id' ? undefined : key;
  return hasId || (key.length > 1 && isReferencedByMore(table, within)) ? key : undefined;
}

/** The fragments that a table gets, in the order in which they run. */
export function fragmentsOf(
  planned: PlannedTable,
  live: LiveTable,
  t: ColumnsLike,
  making: Making,
): Fragment[] {
  const { tenancy } = making;
  const property = (column: string) => t[propertyOf(planned, live, column, tenancy)] as ColumnLike;
  const key = keyOf(live);
  const ownKey =
    key.length < 2
      ? []
      : [primaryKey({ name: `${live.name}_pkey`, columns: key.map(property) as never })];
  return [...ownKey, ...ofKind(planned, live, t, making, property)];
}

function ofKind(
  planned: PlannedTable,
  live: LiveTable,
  t: ColumnsLike,
  making: Making,
  property: (column: string) => ColumnLike,
): Fragment[] {
  const { tenancy, plan, facts, made } = making;
  switch (planned.is) {
    case 'tenants':
      return tenants(tenancy, t, {});
    case 'isolated': {
      const unique = uniqueOf(planned, live, making)?.map(property);
      return [
        ...isolate(tenancy, t, { key: false, ...(unique && { unique }) }),
        ...referencesOfPlan(planned, live, making).flatMap(
          ({ columns, foreign, foreignColumns, onDelete }) =>
            reference(tenancy, t, {
              column: columns.map(property),
              to: () => made[pathOf(foreign.live)] as PgTable,
              property: foreignColumns.map((each) =>
                propertyOf(foreign.planned, foreign.live, each, tenancy),
              ),
              onDelete,
            }),
        ),
      ];
    }
    case 'visible': {
      const { members } = plan;
      const link = plan.tables.find(({ table }) => table === members?.table);
      const linkLive = findTable(facts, members?.table ?? '');
      if (members === null || link === undefined || linkLive === undefined)
        return systemOnly(tenancy, t);
      return visibleThrough(tenancy, t as ColumnsLike & { id: ColumnLike }, {
        link: () => made[members.table] as PgTable,
        property: propertyOf(link, linkLive, members.user, tenancy),
      });
    }
    case 'shared':
      return shared(tenancy, t);
    default:
      return systemOnly(tenancy, t);
  }
}
