// tenantry.config.ts imports this: what it does not need is loaded when it is called
export { commandReference } from './command-reference.ts';
export { defineConfig, type TenantryConfig } from './config/define-config.ts';
export { type CommandOutcome, runCommand } from './run-command.ts';
