import { fitOfTenant } from '../../model/tenant-type.ts';
import type { Rule } from './rule.ts';

/** Every tenant column has the type of the tenancy. */
export const tenantColumnType: Rule = {
  id: 'tenant-column-type',
  group: 'tables',
  severity: 'error',
  title: 'The tenant column has the type of the ids',
  *find({ tenantTables, model: { tenancy } }) {
    if (tenancy === undefined) return;
    for (const table of tenantTables) {
      const column = table.columns.find(({ name }) => name === table.tenantColumn);
      if (column === undefined) continue;
      const fit = fitOfTenant(tenancy.id, column.type);
      if (fit === 'same') continue;
      yield {
        object: `${table.title}.${column.name}`,
        severity: fit === 'range' ? 'warning' : 'error',
        found:
          fit === 'range'
            ? `the column is ${column.type}, and the ids of the tenancy are ${tenancy.id}: one ends before the other.`
            : `the column is ${column.type}, and the ids of the tenancy are ${tenancy.id}: policies cannot compare them, or only by a cast that no index serves.`,
        fix: `Change the type of the column; or say what the ids are: defineTenancy({ id: … }).`,
      };
    }
  },
};
