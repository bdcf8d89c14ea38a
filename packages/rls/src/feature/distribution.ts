import type { Ddl } from '@tenantry/core/sql';
import { distributeSql } from '../distribution/distribute-sql.ts';
import { type DistributedTable, distributionOf } from '../distribution/distribution.ts';
import type { TableName } from '../model/table.ts';
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
  const own = (name: string) => ({ schema: tenancy.schema, name });
  return distributeAs(
    { tenancy, tables },
    {
      ofAll: ofAll.map(own),
      ofTenants: Object.entries(ofTenants).map(([name, column]) => ({ ...own(name), column })),
    },
  );
}

/**
 * Distributes tables of the schema module that nobody but the system role reads, and that triggers on the
 * tables of tenants write; nothing on one server.
 *
 * Emits `select tenantry.distribute_tables(…)`.
 */
export function distributeAs(
  { tenancy, tables }: Pick<FeatureInput, 'tenancy' | 'tables'>,
  wanted: {
    readonly ofTenants?: readonly DistributedTable[];
    readonly ofAll?: readonly TableName[];
  },
): Ddl[] {
  if (tenancy.dialect !== 'citus') return [];
  const anchor = distributionOf(tables).distributed.slice(0, 1);
  return distributeSql({
    references: wanted.ofAll ?? [],
    distributed: [...anchor, ...(wanted.ofTenants ?? [])],
  });
}
