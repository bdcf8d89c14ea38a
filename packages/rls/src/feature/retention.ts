import { TenantryError } from '@tenantry/core';
import { checkType, typeName } from '@tenantry/core/errors';
import { textInSchema } from '@tenantry/core/sql';
import type { FeatureCheck, FeatureCheckContext } from './doctor.ts';

/** For how long rows are kept, in days from 1 to 3650, or false for ever. */
export type RetainDays = number | false;

/**
 * The retention of a definition: the given days, or the defaults.
 *
 * @param where The function name for errors: `defineRbac`.
 * @throws TenantryError `CONFIG_INVALID` for an unknown name, and for an invalid number of days
 */
export function retentionOf<Kept extends string>(
  where: string,
  usual: Readonly<Record<Kept, RetainDays>>,
  given: Readonly<Partial<Record<Kept, RetainDays | undefined>>> | undefined,
): Readonly<Record<Kept, RetainDays>> {
  if (given !== undefined) checkType(given, 'object', `option retention of ${where}`);
  for (const [name, days] of Object.entries(given ?? {}) as [string, RetainDays | undefined][]) {
    if (!Object.hasOwn(usual, name)) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `retention.${name} in ${where}.`,
        fix: `It has ${Object.keys(usual).join(', ')}.`,
      });
    }
    if (days === undefined || days === false) continue;
    if (Number.isInteger(days) && days >= 1 && days <= 3650) continue;
    throw new TenantryError('CONFIG_INVALID', {
      found: `retention.${name} ${typeof days === 'number' ? days : `of type ${typeName(days)}`} in ${where}.`,
      fix: 'Use whole days from 1 to 3650, or false to keep them.',
    });
  }
  const named = Object.entries(given ?? {}).filter(([, days]) => days !== undefined);
  return Object.freeze({ ...usual, ...Object.fromEntries(named) });
}

/** A table with rows that upkeep should have removed. */
export interface Overdue {
  /** `public.usage_events` */
  readonly table: string;
  /** The number of rows; 1,000 means 1,000 or more. */
  readonly rows: number;
}

/** How many days a row may outlive its retention before doctor reports it; upkeep runs once a day. */
export const overdueDays = 7;

/** The check that a feature's upkeep runs: it names the tables that grow without it. */
export const upkeepCheck = (
  feature: string,
  look: (query: FeatureCheckContext['query']) => Promise<readonly Overdue[]>,
): FeatureCheck => ({
  id: `${feature}-upkeep`,
  severity: 'warning',
  title: 'No row outlives its retention by more than a week',
  async find({ query, tenancy }) {
    const found = await look(query);
    return found
      .filter(({ rows }) => Number(rows) > 0)
      .map(({ table, rows }) => ({ table: textInSchema(tenancy.schema, table), rows }))
      .map(({ table, rows }) => ({
        object: table,
        found: `${Number(rows) >= 1000 ? '1000 rows or more' : `${rows} rows`} of ${table} have outlived their retention by more than ${overdueDays} days, and nobody removes them`,
        fix: 'Run `npx tenantry maintain` once a day, or startUpkeep(pool, { features }) in a process that stays up.',
      }));
  },
});
