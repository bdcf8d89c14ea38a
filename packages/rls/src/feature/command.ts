import type { Tenancy } from '@tenantry/core';

/** The context of a feature's command. */
export interface CommandContext {
  readonly tenancy: Tenancy;
  /** `database.url` of tenantry.config.ts, or DATABASE_URL: the login of the tenant pool. */
  readonly url: string | undefined;
  /** `database.systemUrl` of tenantry.config.ts, or SYSTEM_DATABASE_URL, or the url. */
  readonly systemUrl: string | undefined;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** A command of the command line. */
export interface FeatureCommand {
  /** One line for the overview. */
  readonly summary: string;
  /** Option spelling → one line on what it does. */
  readonly options: Readonly<Record<string, string>>;
  /** @returns the exit code: 0 fine, 1 found or failed, 2 the command line is wrong. */
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}
