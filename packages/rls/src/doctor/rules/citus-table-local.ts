import { literal } from '@tenantry/core/sql';
import type { Subject, TableView } from '../subject/types.ts';
import { type Rule, sqlOf } from './rule.ts';

/** What tenants reach is on the nodes of their rows. */
export const citusTableLocal: Rule = {
  id: 'citus-table-local',
  group: 'tables',
  severity: 'warning',
  title: 'On Citus what tenants reach is where their rows are',
  *find(subject) {
    const { tables, catalogue, roleName } = subject;
    if (catalogue.citus === undefined || !isCluster(subject)) return;
    const first = tables.find(
      ({ isolation, placed }) => isolation === 'tenants' && placed?.kind === 'distributed',
    );
    for (const table of tables) {
      if (table.placed?.kind === 'distributed' || table.placed?.kind === 'reference') continue;
      if (table.isChild || table.kind === 'foreign' || !(table.ofTenants || table.reachable))
        continue;
      yield {
        object: table.title,
        found: `the table is on the coordinator only${table.ofTenants ? ', with the rows of all tenants' : `, and role ${roleName} reaches it`}: a trigger or a function on a worker does not find it, no foreign key joins it to rows there, and it does not grow with the cluster.`,
        evidence: [`not in pg_dist_partition, or there as a table of the coordinator`],
        fix: table.ofTenants
          ? 'Distribute it by the tenant, with the table of tenants: `npx tenantry distribute`.'
          : 'Make it a reference table, or take the rights from the role.',
        fixSql: fixOf(table, first),
      };
    }
  },
};

/** Whether this database is meant to be distributed. */
const isCluster = ({ model, tables }: Subject): boolean =>
  model.tenancy?.dialect === 'citus' ||
  (model.tenancy === undefined && tables.some(({ placed }) => placed?.kind === 'distributed'));

function fixOf(table: TableView, first: TableView | undefined): readonly string[] {
  const called = literal(sqlOf(table)).sql;
  if (!table.ofTenants) return [`select create_reference_table(${called});`];
  if (table.tenantColumn === undefined || first === undefined) return [];
  const column = literal(table.tenantColumn).sql;
  const by = literal(sqlOf(first)).sql;
  return [`select create_distributed_table(${called}, ${column}, colocate_with => ${by});`];
}
