import type { CommandOutcome } from './commands/run-in-memory.ts';
import type { TenantryConfig } from './config/define-config.ts';

export type { CommandOutcome };

/**
 * Runs a command of a feature as the command line does, with this configuration instead of
 * tenantry.config.ts: for tests of the command. What it prints is returned. Connection strings
 * that `database` names are not read from the environment.
 *
 * @param argv the words of the command, and its options
 * @example
 * ```ts
 * const config = { tenancy, features: [audit], database: { url } };
 * expect(await runCommand(config, ['audit', 'status', '--json'])).toMatchObject({ code: 0 });
 * ```
 */
export async function runCommand(
  config: TenantryConfig,
  argv: readonly string[],
): Promise<CommandOutcome> {
  const { runInMemory } = await import('./commands/run-in-memory.ts');
  return runInMemory(config, argv);
}
