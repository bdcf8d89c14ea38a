import type { Tenancy } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { LiveTable } from '../model/live.ts';
import { withColumn } from '../model/with-column.ts';
import { pgTableOf } from '../tables/pg-table.ts';
import { type Facts, findTable } from './facts.ts';
import { fragmentsOf, type Making, propertyOf } from './fragments.ts';
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

function tableOfPlan(planned: PlannedTable, live: LiveTable, making: Making): PgTable {
  const { tenancy } = making;
  const current = `(${tenantOfTransaction(tenancy).sql})`;
  const { table } = pgTableOf(live, {
    live: withTenantColumn(planned, live, tenancy),
    keyOf: (column) => propertyOf(planned, live, column, tenancy),
    defaultOf: ({ name }) =>
      planned.is === 'isolated' && name === planned.column ? current : undefined,
    extras: (t) => fragmentsOf(planned, live, t, making),
  });
  return table;
}

/** The table with its tenant column as it will be: there, and not null. */
function withTenantColumn(
  { is, column }: PlannedTable,
  live: LiveTable,
  { id }: Tenancy,
): LiveTable {
  if (is !== 'isolated' || column === undefined) return live;
  const whole = withColumn(live, column, id);
  const columns = whole.columns.map((each) =>
    each.name === column ? { ...each, notNull: true, serial: false } : each,
  );
  return { ...whole, columns };
}
