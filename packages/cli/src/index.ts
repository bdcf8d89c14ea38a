// tenantry.config.ts imports this: what it does not need is loaded when it is called
export { defineTables, featureTables } from '@tenantry/rls/model';
export { commandReference } from './command-reference.ts';
export { defineConfig, type TablesConfig, type TenantryConfig } from './config/define-config.ts';
export type { MigrationFormat } from './config/migration-format.ts';
export { type CommandOutcome, runCommand } from './run-command.ts';
