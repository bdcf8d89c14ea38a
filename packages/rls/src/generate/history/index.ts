export { contentsOf, foundationContent, type NamedContent, notesOf } from './contents.ts';
export { type ChangeKind, type DeployOrder, deployOrders } from './deploy-orders.ts';
export { explain } from './explain.ts';
export { type Missing, missing } from './missing.ts';
export { type Migrated, type MigrationFile, readMigrations } from './read.ts';
export { removeFirst, removeLast } from './removals.ts';
export { type MigrationContent, renderMigration } from './render.ts';
export { rolloutNotes } from './rollout.ts';
export { aroundTables } from './tables.ts';
