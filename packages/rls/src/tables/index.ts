export { readDeclarations } from './declared.ts';
export { type DirectoryNames, directoryOf } from './directory.ts';
export { type FeatureTableNames, type FeatureWithTables, featureTables } from './feature-tables.ts';
export { type ReadTables, type ReadTablesInput, readTables } from './read.ts';
export {
  defineTables,
  type MadeTable,
  type TableDeclaration,
  type TableDeclarations,
  type TableRules,
} from './rules.ts';
