export {
  isOwnRow,
  type OutsideReference,
  type RowReference,
  type TenantTable,
  type TenantTables,
} from './tenant-table.ts';
export { tenantTables } from './tenant-tables.ts';
