export { type BulkInsertOptions, bulkInsert, type InsertableTable } from './bulk/bulk-insert.ts';
export type { Casing } from './casing.ts';
export { defineIsolation, type Isolation } from './define-isolation.ts';
export type {
  ColumnLike,
  ColumnsLike,
  Fragment,
  OnDelete,
  TableLike,
} from './fragments/drizzle.ts';
export type { IsolateOptions } from './fragments/isolate.ts';
export type { SearchKind } from './fragments/notes.ts';
export { numberColumns } from './fragments/number-columns.ts';
export type { NumberedOptions } from './fragments/numbered.ts';
export type { PolicyTerms } from './fragments/policies.ts';
export type { ReferenceOptions } from './fragments/reference.ts';
export type { Searchable, SearchOptions } from './fragments/searchable.ts';
export type { TenantsOptions } from './fragments/tenants.ts';
export type { ThroughOptions, VisibleOptions } from './fragments/through.ts';
export {
  type MatchesOptions,
  type MatchesTextOptions,
  matches,
  matchesText,
} from './search/matches.ts';
