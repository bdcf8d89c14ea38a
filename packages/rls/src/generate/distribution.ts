import type { Tenancy } from '@tenantry/core';
import { distributeSql } from '../distribution/distribute-sql.ts';
import { distributionOf } from '../distribution/distribution.ts';
import { obstaclesOf, refuseObstacles } from '../distribution/obstacles.ts';
import type { DeclaredTable } from '../model/table.ts';
import { type Section, section } from './section.ts';

/**
 * Distributes the tables, before they get policies and triggers.
 * @throws TenantryError `CONFIG_INVALID` with what Citus would refuse
 */
export function distributionSections(
  { dialect }: Tenancy,
  tables: readonly DeclaredTable[],
): Section[] {
  if (dialect !== 'citus') return [];
  refuseObstacles(obstaclesOf(tables).map((each) => ({ ...each, table: `table ${each.table}` })));
  const statements = distributeSql(distributionOf(tables));
  return statements.length === 0 ? [] : [section('distribution', statements)];
}
