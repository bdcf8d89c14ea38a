import type { Ddl } from '@tenantry/core/sql';
import { distributeSql } from '../distribution/distribute-sql.ts';
import { distributionOf } from '../distribution/distribution.ts';
import type { FeatureInput } from './feature.ts';

/** Tables that a feature makes in the schema of the tenancy. */
export interface OwnTables {
  /** Those with rows of tenants: the name of each, and its tenant column. */
  readonly ofTenants?: Readonly<Record<string, string>>;
  /** Those that every node has. */
  readonly ofAll?: readonly string[];
}

/**
 * Distributes tables that a feature makes, with the rows of the same tenants in other tables; nothing on
 * one server. It goes after their `create table`, before what reads or writes them.
 *
 * Emits `select tenantry.distribute_tables(…)`.
 * @example
 * ```ts
 * distributeOwn(input, { ofTenants: { api_key_hashes: 'tenant_id' } });
 * ```
 */
export function distributeOwn(
  { tenancy, tables }: Pick<FeatureInput, 'tenancy' | 'tables'>,
  { ofTenants = {}, ofAll = [] }: OwnTables,
): Ddl[] {
  if (tenancy.dialect !== 'citus') return [];
  const own = (name: string) => ({ schema: tenancy.schema, name });
  const anchor = distributionOf(tables).distributed.slice(0, 1);
  return distributeSql({
    references: ofAll.map(own),
    distributed: [
      ...anchor,
      ...Object.entries(ofTenants).map(([name, column]) => ({ ...own(name), column })),
    ],
  });
}
