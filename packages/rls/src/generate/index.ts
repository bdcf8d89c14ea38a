export type { Casing } from '../casing.ts';
export type { GenerateWarning } from './check.ts';
export type { DirectoryColumns } from './directory.ts';
export { type Generated, type GenerateInput, generate } from './generate.ts';
export {
  type GeneratedObject,
  generatedObjects,
  type ObjectId,
  type ObjectKind,
} from './objects/index.ts';
export { changedSections, readMigrations, renderMigration, type Section } from './section.ts';
