import '../errors.ts';

/**
 * What a table is, read from the Drizzle schema or from the catalogue of a database, in one set of types.
 * `generate`, `doctor`, search, features and `expectIsolated` work on it.
 *
 * @module
 */
export type { Casing } from '../casing.ts';
export type { OnDelete } from '../fragments/drizzle.ts';
export type {
  IsolationKind,
  SearchKind,
  SystemAccess,
  TableAccess,
  WithoutTenant,
} from '../fragments/notes.ts';
export * from '../tables/index.ts';
export { guessTenantColumn, type IsolationSources, withIsolation } from './isolation.ts';
export type {
  LiveColumn,
  LiveConstraint,
  LivePolicy,
  LiveTable,
  PolicyCommand,
  TableRight,
} from './live.ts';
export { type CatalogueQuery, type LiveModel, readCatalogue } from './read-catalogue.ts';
export { readDrizzle } from './read-drizzle.ts';
export {
  type ColumnModel,
  type DeclaredColumn,
  type DeclaredTable,
  type ForeignKeyModel,
  type KeyModel,
  type LinkModel,
  type PolicyModel,
  pathOf,
  type ReferenceAction,
  type ReferenceModel,
  type SearchModel,
  type TableModel,
  type TableName,
  titleOf,
  titleOfPath,
} from './table.ts';
