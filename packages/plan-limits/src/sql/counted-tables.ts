import { TenantryError } from '@tenantry/core';
import type { FeatureInput } from '@tenantry/rls/feature';
import type { LimitFeatures } from '../definition/plans.ts';
import { type CountMark, countsMark } from '../tables/marks.ts';
import { type SqlCounted, sqlTable } from './sql-table.ts';

/**
 * The tables that `limits.counts(t, …)` has marked, by feature.
 * @throws TenantryError `CONFIG_INVALID` for a feature without a table, a table with two conditions for
 *   one feature, and a mark of a feature that the definition lacks
 */
export function countedTables(
  features: LimitFeatures,
  input: FeatureInput,
): ReadonlyMap<string, readonly SqlCounted[]> {
  const counted = new Map<string, SqlCounted[]>(
    Object.keys(features)
      .filter((each) => features[each]?.kind === 'count')
      .map((each) => [each, []]),
  );
  for (const { value, ...found } of input.allMarked(countsMark)) {
    const seen = new Set<string>();
    for (const { feature, where } of value as readonly CountMark[]) {
      const what = `counts(t, '${feature}') on table ${found.name}`;
      const tables = counted.get(feature);
      if (tables === undefined) {
        throw invalid(
          `${what}, and these limits count no ${feature}`,
          'Call counts of the limits that are in features of tenantry.config.ts.',
        );
      }
      if (seen.has(feature)) {
        throw invalid(
          `two different ${what}`,
          'Say it once: all properties of a condition must match, and a list accepts several values.',
        );
      }
      seen.add(feature);
      tables.push({ ...sqlTable(found), where });
    }
  }
  for (const [feature, tables] of counted) {
    if (tables.length === 0) {
      throw invalid(
        `feature ${feature}, which counts rows, and no table of the schema whose rows count`,
        `Spread ...limits.counts(t, '${feature}') into the third argument of its pgTable, and export the table.`,
      );
    }
    // the order of exports says nothing
    tables.sort((a, b) => (a.path.sql < b.path.sql ? -1 : 1));
  }
  return counted;
}

const invalid = (found: string, fix: string) =>
  new TenantryError('CONFIG_INVALID', { found: `${found}.`, fix });
