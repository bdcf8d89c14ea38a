export type { Casing } from '../casing.ts';
export {
  compareDefinitions,
  compareEvolved,
  type Definitions,
  type DefinitionsClient,
  type Difference,
  type EvolvedDifferences,
  readDefinitions,
} from '../definitions/index.ts';
export type { GenerateWarning } from './check.ts';
export type { DirectoryColumns } from './directory.ts';
export { type Generated, type GeneratedTable, type GenerateInput, generate } from './generate.ts';
export {
  aroundTables,
  changesOfMade,
  contentsOf,
  explain,
  foundationContent,
  type Migrated,
  type MigrationContent,
  type MigrationFile,
  type Missing,
  makesTable,
  missing,
  type NamedContent,
  notesOf,
  type Repeated,
  readMigrations,
  removeFirst,
  removeLast,
  renderMigration,
  repeated,
  rolloutNotes,
} from './history/index.ts';
export {
  type GeneratedObject,
  generatedObjects,
  type ObjectId,
  type ObjectKind,
} from './objects/index.ts';
export type { Section } from './section.ts';
