import type { Ddl } from '@tenantry/core/sql';
import { foreignKeySql, objectName } from '@tenantry/rls/feature';
import type { Part } from '../tables/marks.ts';
import { bareName } from './changed-row.ts';
import type { Model } from './model.ts';

const ofTenant: readonly Part[] = [
  'featureOverrides',
  'addOns',
  'usageCounters',
  'usageEvents',
  'limitStates',
  'limitEvents',
];

/** What belongs to a tenant is deleted with it; its history stays. */
export function tenantReferences(model: Model): Ddl[] {
  const { state } = model;
  if (!state.cascade) return [];
  return ofTenant.flatMap((part) => {
    const table = model.table(part);
    if (table === undefined) return [];
    const columns = [bareName(table.tenant)];
    const reference = {
      name: objectName(table.name, ...columns, 'limits', 'fk'),
      columns,
      foreignTable: { schema: state.schema, name: state.name },
      foreignColumns: [bareName(state.tenant)],
      onDelete: 'cascade' as const,
      cleared: columns,
    };
    return foreignKeySql('tenantry:limits', table, [reference]);
  });
}
