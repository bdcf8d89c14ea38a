import type { Ddl } from '@tenantry/core/sql';
import { distributeAs, type FeatureInput } from '@tenantry/rls/feature';
import { bareName } from '../changed-row.ts';
import type { Model } from '../model.ts';
import type { SqlTable } from '../sql-table.ts';

/** Distributes the histories, which triggers on shards write. */
export function distributeHistories(model: Model, input: FeatureInput): Ddl[] {
  const [own, shared] = [model.table('entitlementHistory'), model.table('planHistory')];
  return distributeAs(input, {
    ofTenants: own === undefined ? [] : [{ ...namesOf(own), column: bareName(own.tenant) }],
    ofAll: shared === undefined ? [] : [namesOf(shared)],
  });
}

const namesOf = ({ schema, name }: SqlTable) => ({ schema, name });
