import type { LiveTable } from '@tenantry/rls/model';

/** The names under which tables in the schema of the tenancy hold a tenant. */
const columns = ['tenant', 'tenant_id'];

/** The route, the imports and the certificates of a tenant stay where they are. */
const ofThisPackage = new Set(['placements', 'erasures', 'imports', 'moves']);

/** What the packages have on Citus alone: none of it says anything about a tenant. */
const ofCluster = new Set(['audit_failures', 'audit_inbox', 'audit_permits']);
const columnsOfCluster = new Set(['rbac_versions.held']);

/** Whether a column is one that the packages have on Citus alone. */
export const isOfCluster = ({ schema, name }: LiveTable, column: string, ownSchema: string) =>
  schema === ownSchema && columnsOfCluster.has(`${name}.${column}`);

/** The column that holds the tenant in a table of the packages; undefined for any other table. */
export function ownTenantColumn(table: LiveTable, ownSchema: string): string | undefined {
  if (table.schema !== ownSchema || ofThisPackage.has(table.name) || ofCluster.has(table.name))
    return undefined;
  return table.columns.find(({ name }) => columns.includes(name))?.name;
}
