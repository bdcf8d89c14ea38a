import { literal } from '@tenantry/core/sql';
import type { TableView } from '../subject/types.ts';
import { type Rule, sqlOf } from './rule.ts';

/** All rows of a tenant are on one node. */
export const citusNotColocated: Rule = {
  id: 'citus-not-colocated',
  group: 'tables',
  severity: 'warning',
  title: 'On Citus all rows of a tenant are on one node',
  *find({ tables }) {
    const ours = tables.filter((table) => table.ofTenants && table.placed?.kind === 'distributed');
    const first = ours.find(({ isolation }) => isolation === 'tenants') ?? ours[0];
    if (first === undefined) return;
    for (const table of ours) {
      const { placed, tenantColumn } = table;
      const byTenant = tenantColumn === undefined || placed?.column === tenantColumn;
      if (byTenant && placed?.group === first.placed?.group) continue;
      yield {
        object: table.title,
        found: byTenant
          ? `its shards do not go with those of ${first.title}: a join of the two is refused or reads every node, and no foreign key holds them together.`
          : `it is distributed by ${placed?.column} and not by the tenant: every statement of a tenant goes to all shards.`,
        evidence: [line(table), line(first)],
        fix: 'Distribute it by the tenant, with the table of tenants.',
        fixSql:
          tenantColumn === undefined
            ? []
            : [
                `select alter_distributed_table(${literal(sqlOf(table)).sql}, distribution_column := ${literal(tenantColumn).sql}, colocate_with := ${literal(sqlOf(first)).sql});`,
              ],
      };
    }
  },
};

const line = ({ title, placed }: TableView) =>
  `${title}: by ${placed?.column}, co-location group ${placed?.group}`;
