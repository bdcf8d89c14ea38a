import { type Ddl, ddl } from '@tenantry/core/sql';
import { distributeSql } from '@tenantry/rls/feature';
import type { Names } from './tables.ts';

/** The tables of {@link stateSql} on the nodes of their tenants, beside all other rows of them. */
export const citusStateSql = (names: Names): Ddl[] => [
  ddl`alter table tenantry.rbac_versions add column if not exists held boolean;`,
  ...atTenants(names, ['rbac_versions', 'member_permissions', 'rbac_departures']),
  ddl`
    ${names.rows.readByTenant('rbac_versions', ddl`tenant_id`, 'all')}
    -- the app role asks and holds its tenant by this row: see atHome
    grant select, update (held) on tenantry.rbac_versions to ${names.app};
    comment on column tenantry.rbac_versions.held is 'Written to hold the tenant, and never read.';
  `,
];

/** Distributes tables of the schema of the tenancy by their column tenant_id. */
export const atTenants = ({ tenants, tenancy }: Names, tables: readonly string[]): Ddl[] =>
  distributeSql({
    references: [],
    distributed: [
      { schema: tenants.schema, name: tenants.table, column: tenants.column('id') },
      ...tables.map((name) => ({ schema: tenancy.schema, name, column: 'tenant_id' })),
    ],
  });
