import type { Rule } from './rule.ts';

/** The primary key leads with the tenant. */
export const primaryKeyWithoutTenant: Rule = {
  id: 'primary-key-without-tenant',
  group: 'constraints',
  severity: 'info',
  title: 'The primary key leads with the tenant',
  *find({ tenantTables, catalogue }) {
    const scoped = new Map(
      tenantTables.filter((t) => t.isolation === 'scoped').map((t) => [t.oid, t]),
    );
    for (const constraint of catalogue.constraints) {
      const table = scoped.get(constraint.table);
      if (
        table === undefined ||
        table.withoutTenant !== undefined || // a primary key column cannot be null
        constraint.kind !== 'primary' ||
        constraint.columns[0] === table.tenantColumn
      )
        continue;
      const has = constraint.columns.includes(table.tenantColumn ?? '');
      const guessable = table.columns.some(
        (column) =>
          constraint.columns.includes(column.name) &&
          /^(smallint|integer|bigint)$/.test(column.type),
      );
      yield {
        object: `${table.title}.${constraint.name}`,
        found: has
          ? `the key (${constraint.columns.join(', ')}) does not begin with ${table.tenantColumn}.`
          : `the key (${constraint.columns.join(', ')}) is without the tenant${guessable ? ', and its numbers can be guessed' : ''}: an insert with a taken id tells that it is taken, and the table cannot be distributed by tenant.`,
        fix: `A new table should have the key (${table.tenantColumn}, id); this one may keep its own.`,
      };
    }
  },
};
