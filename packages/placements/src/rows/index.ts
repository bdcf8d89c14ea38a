export { declaredTables, type SaidOfTable } from './declared.ts';
export type {
  Belonging,
  OutsideReference,
  RowColumn,
  RowReference,
  TenantTable,
  TenantTables,
} from './tenant-table.ts';
export { type RowsClient, tenantTables } from './tenant-tables.ts';
