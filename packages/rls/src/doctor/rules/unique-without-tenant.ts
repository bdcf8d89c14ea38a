import type { TableView } from '../subject/types.ts';
import type { Found, Rule } from './rule.ts';

const oracle = (table: TableView, name: string, columns: readonly string[]): Found => ({
  object: `${table.title}.${name}`,
  found: `(${columns.join(', ')}) is unique across tenants: whoever inserts a taken value learns that another tenant has it.`,
  fix: `Let ${table.tenantColumn} lead it.`,
});

/** A role that cannot write a table never gets a duplicate-key error from it. */
const isWritten = ({ rights }: TableView) => rights.includes('INSERT') || rights.includes('UPDATE');

/** A key does not tell what other tenants have. */
export const uniqueWithoutTenant: Rule = {
  id: 'unique-without-tenant',
  group: 'constraints',
  severity: 'warning',
  title: 'A key does not tell what other tenants have',
  *find({ tenantTables, catalogue }) {
    const written = tenantTables.filter((t) => t.isolation === 'scoped' && isWritten(t));
    const scoped = new Map(written.map((t) => [t.oid, t]));
    for (const constraint of catalogue.constraints) {
      const table = scoped.get(constraint.table);
      if (table === undefined || constraint.kind === 'foreign' || constraint.kind === 'primary')
        continue;
      if (constraint.columns.includes(table.tenantColumn ?? '')) continue;
      yield oracle(table, constraint.name, constraint.columns);
    }
    for (const index of catalogue.indexes) {
      const table = scoped.get(index.table);
      if (table === undefined || !index.unique || index.ofConstraint) continue;
      if (index.columns.includes(table.tenantColumn ?? '')) continue;
      yield oracle(
        table,
        index.name,
        index.columns.map((column) => column ?? '(expression)'),
      );
    }
  },
};
