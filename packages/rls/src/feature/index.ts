/**
 * For authors of packages that work on tables of the user: fragments mark the tables, `Feature.sql`
 * writes functions and triggers for them, and `tenantry generate` puts these into migrations.
 *
 * @module
 */
export { distributeSql } from '../distribution/distribute-sql.ts';
export {
  type ColumnLike,
  type ColumnsLike,
  type Fragment,
  nameOf,
  type TableLike,
  tableOf,
} from '../fragments/drizzle.ts';
export { functionNameFor, objectName } from '../fragments/names.ts';
export { markReadOnly } from '../fragments/notes.ts';
export { whenPartitioned } from '../generate/partitioned.ts';
export { foreignKeySql } from '../generate/reference-sql.ts';
export type { ReferenceModel } from '../model/table.ts';
/** Builders of columns for `columns()` of a feature, under types that every version of Drizzle has. */
export * as columnTypes from './column-types.ts';
export {
  type CommandContext,
  type CommandDeclaration,
  type CommandMigrations,
  type CommandNeeds,
  defineCommand,
  type FeatureCommand,
} from './command.ts';
export type {
  ChoiceOption,
  CommandOption,
  CommandOptions,
  FlagOption,
  OptionValues,
  PositionalValues,
  TextOption,
  WholeOption,
} from './command-options.ts';
export type { Print, Progress } from './command-output.ts';
export { printUnanswered, type RowAtPlace, rowsAtPlaces } from './databases.ts';
export type {
  DescribedAllowance,
  DescribedChange,
  DescribedList,
  DescribedValue,
  FeatureDescription,
} from './describe.ts';
export { distributeAs, distributeOwn, type OwnTables } from './distribution.ts';
export type { DoctorFinding, DoctorRule, FeatureCheck, FeatureCheckContext } from './doctor.ts';
export type { Drift } from './drift.ts';
export type { Feature, FeatureInput, FeatureSql, FeatureTable } from './feature.ts';
export type {
  KyselyBigint,
  KyselyBigintOrNull,
  KyselyColumn,
  KyselyComputed,
  KyselyCounter,
  KyselyGenerated,
  KyselyTenant,
} from './kysely.ts';
export { marksOf, markTable } from './marks.ts';
export {
  type Overdue,
  overdueDays,
  type RetainDays,
  retentionOf,
  upkeepCheck,
} from './retention.ts';
export { type RowSecurity, rowSecurity } from './row-security.ts';
export { inSchemaOf, schemaOfTenant } from './schema-of-tenant.ts';
export type { UpkeepReport, UpkeepTask } from './upkeep.ts';
