export { commandReference } from './command-reference.ts';
export { defineConfig, type TenantryConfig } from './config/define-config.ts';
export { type CommandOutcome, runCommand } from './run-command.ts';
