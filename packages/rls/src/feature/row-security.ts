import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { dialectOf } from '../dialect/index.ts';
import { objectName } from '../fragments/names.ts';
import type { TableName } from '../model/table.ts';

/** The SQL of row-level security for tables that a feature makes, or that a role of its own reaches. */
export interface RowSecurity {
  /**
   * Actions of ALTER TABLE that turn it on, for the owner too:
   * `enable row level security, force row level security`.
   */
  readonly on: Ddl;
  /** Actions of ALTER TABLE that free the owner from the policies, and bind it again. */
  readonly force: { readonly off: Ddl; readonly on: Ddl };
  /**
   * Opens all rows of a table to a role of the feature, which has BYPASSRLS nowhere. What the role may do
   * is said by its rights.
   *
   * Emits `create policy projects_audit_writer on projects for all to audit_writer using (true) …`.
   * @param what ends the name of the policy: `audit_writer`
   */
  openTo(table: TableName, what: string, role: string): Ddl;
  /**
   * Turns on row security of a table in the schema of the tenancy: a tenant reads its own rows, the
   * system role all rows. Only the owner writes, which FORCE would prevent.
   * @param column the quoted tenant column
   * @param command `all`: both also write, as far as their rights go. Default: 'select'.
   */
  readByTenant(table: string, column: Ddl, command?: 'all' | 'select'): Ddl;
  /**
   * Whether policies bind the current role to a tenant: `row_security_active` is true for the system role
   * too, which a policy lets through. A cascading foreign key and a superuser are not bound.
   * @param table the table as an expression: its quoted name as a literal, `tg_relid`
   */
  binds(table: Ddl): Ddl;
  /**
   * The statement that opens a table without policies to the system role, for a function that makes
   * partitions; `%s` stands for the table.
   */
  readonly systemReads: Ddl;
}

/** Row-level security as the tables of an application have it; see {@link RowSecurity}. */
export function rowSecurity(tenancy: Tenancy): RowSecurity {
  const dialect = dialectOf(tenancy);
  const { app, system } = tenancy.roles;
  return {
    on: dialect.rowSecurity,
    force: dialect.force,
    openTo: (table, what, role) =>
      join(
        dialect.policySql(
          [dialect.openPolicy(objectName(table.name, what), role, 'all')],
          name(table.schema, table.name),
        ),
        '\n',
      ),
    readByTenant(table, column, command = 'select') {
      const ofTenant = dialect.isCurrentTenant(tenancy, column);
      const policies = [
        dialect.openPolicy(objectName(table, 'of_the_tenant'), app, command, ofTenant),
        dialect.openPolicy(objectName(table, 'system_access'), system, command),
      ];
      const target = ddl`tenantry.${name(table)}`;
      return ddl`
        alter table ${target} enable row level security;
        ${join(dialect.policySql(policies, target), '\n')}
      `;
    },
    binds: (table) =>
      ddl`row_security_active(${table}) and not pg_has_role(${literal(system)}, 'usage')`,
    systemReads: dialect.createPolicySql(
      dialect.openPolicy('tenantry_system_access', system, 'select'),
      { sql: '%s' },
    ),
  };
}
