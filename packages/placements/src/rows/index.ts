export type { OutsideReference, RowReference, TenantTable, TenantTables } from './tenant-table.ts';
export { tenantTables } from './tenant-tables.ts';
