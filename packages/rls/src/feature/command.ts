import type { Tenancy, TenantPool } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import type {
  CommandOption,
  CommandOptions,
  OptionValues,
  PositionalValues,
} from './command-options.ts';
import type { Print, Progress } from './command-output.ts';

/**
 * What a command needs; the command line provides it before the command runs.
 *
 * - `none`: nothing.
 * - `config`: tenantry.config.ts.
 * - `tenant`: a pool, inside the scope of the tenant of `--tenant <id>`.
 * - `tenant-or-system-read`: the same with `--tenant`, `system-read` without it.
 * - `system-read`: a pool, across tenants, read-only.
 * - `system-write`: a pool, across tenants.
 *
 * Everything but `none` has the option `--config <file>`.
 */
export type CommandNeeds =
  | 'none'
  | 'config'
  | 'tenant'
  | 'tenant-or-system-read'
  | 'system-read'
  | 'system-write';

/** What every command gets. */
interface RunningCommand<O extends CommandOptions, P extends CommandOptions> {
  /** The values of the options, by the names of the declaration. */
  readonly options: OptionValues<O>;
  /** The values of the positional arguments. */
  readonly positionals: PositionalValues<P>;
  /** Whether `--json` was given. */
  readonly json: boolean;
  readonly print: Print;
  /** Shows how far long work is. Only a terminal shows it. */
  readonly progress: Progress;
  /** For output that is no text in lines, such as an export. */
  readonly stdout: NodeJS.WritableStream;
  /** Aborts on the first Ctrl-C; the scope of the command ends with it. */
  readonly signal: AbortSignal;
  /** Ends the command as a wrong command line, with exit code 2. */
  refuse(found: string): never;
}

/** The migrations of a project, for commands that run them. */
export interface CommandMigrations {
  /**
   * The folder of drizzle-kit, as an absolute path.
   * @param given another folder, of the command line
   * @throws TenantryError `CONFIG_INVALID` when there is none, or when another runner than Drizzle's is meant
   */
  folder(given?: string): string;
  /** Drizzle's table of what has run: schema `drizzle`, table `__drizzle_migrations`, unless configured. */
  readonly ledger: { readonly schema: string; readonly table: string };
  /**
   * The connection string of the login that migrates.
   * @param given another one, of the command line
   * @throws TenantryError `CONFIG_INVALID` when there is none
   */
  url(given?: string): string;
}

/** What a command with a configuration gets too. */
interface ConfiguredCommand {
  readonly tenancy: Tenancy;
  readonly migrations: CommandMigrations;
}

/** What a command in a scope gets too. */
interface ScopedCommand extends ConfiguredCommand {
  /**
   * The tenant pool of the configured connection strings. It is opened when it is read first, and closed
   * when the command ends.
   */
  readonly pool: TenantPool;
}

/** What a command with `--tenant` gets too. */
interface TenantCommand<T> extends ScopedCommand {
  /** The id of `--tenant`. */
  readonly tenant: T;
}

/** What follows from the needs. */
interface Provided {
  readonly none: unknown;
  readonly config: ConfiguredCommand;
  readonly tenant: TenantCommand<string>;
  readonly 'tenant-or-system-read': TenantCommand<string | undefined>;
  readonly 'system-read': ScopedCommand;
  readonly 'system-write': ScopedCommand;
}

/** What {@link CommandDeclaration.run} gets. */
export type CommandContext<
  N extends CommandNeeds = CommandNeeds,
  O extends CommandOptions = CommandOptions,
  P extends CommandOptions = CommandOptions,
> = RunningCommand<O, P> & Provided[N];

/** What {@link defineCommand} takes. `C` is what `run` gets. */
export interface CommandDeclaration<
  N extends CommandNeeds,
  O extends CommandOptions,
  P extends CommandOptions,
  C = CommandContext<N, O, P>,
> {
  /** One sentence in the imperative, with a full stop: `Compare the roles in code and database.` */
  readonly summary: string;
  readonly needs: N;
  /** By name, as it is typed after `--`, in lower case: `{ 'dry-run': { type: 'flag', … } }`. Default: none. */
  readonly options?: O;
  /** Arguments without a name, in order. One without a default is required. Default: none. */
  readonly positionals?: P;
  /** Whether it has `--json`; see {@link Print.result}. Default: false. */
  readonly json?: boolean;
  /** @returns the exit code: 0 fine, 1 found or failed. Nothing means 0. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement fits too
  run(context: C): Promise<number | void> | number | void;
}

/** A command as {@link defineCommand} returns it. */
export interface FeatureCommand {
  readonly summary: string;
  readonly needs: CommandNeeds;
  /** Those of the declaration, then those that follow from its needs: `--tenant`, `--config`, `--json`. */
  readonly options: CommandOptions;
  readonly positionals: CommandOptions;
  readonly json: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: what run gets depends on the declaration
  // biome-ignore lint/suspicious/noConfusingVoidType: as in the declaration
  readonly run: (context: any) => Promise<number | void> | number | void;
}

/**
 * Declares a command of `tenantry`. Help, completion, the checks of the command line, the pool and the
 * scope follow from the declaration.
 *
 * @throws TenantryError `CONFIG_INVALID` for a name that is malformed or taken by the command line, and
 *   for a default that the option itself would refuse
 * @example
 * ```ts
 * export const stale = defineCommand({
 *   summary: 'List projects that nobody has touched for months.',
 *   needs: 'tenant-or-system-read',
 *   options: { months: { type: 'whole', min: 1, max: 120, default: 12, summary: 'Count from here.' } },
 *   json: true,
 *   async run({ options, pool, print }) {
 *     const rows = await staleProjects(pool, options.months);
 *     print.result(rows, () => print.table(rows));
 *     return rows.length === 0 ? 0 : 1;
 *   },
 * });
 * ```
 */
export function defineCommand<
  const N extends CommandNeeds,
  const O extends CommandOptions = Record<never, never>,
  const P extends CommandOptions = Record<never, never>,
>(declaration: CommandDeclaration<N, O, P>): FeatureCommand {
  const { needs, options = {}, positionals = {}, json = false } = declaration;
  const given = givenOptions(needs, json);
  for (const [name, option] of Object.entries<CommandOption>({ ...options, ...positionals })) {
    const isTaken = name === 'help' || Object.hasOwn(given, name);
    check(!isTaken, `option --${name}, which the command line gives itself`, 'Use another name.');
    check(
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name),
      `the option ${JSON.stringify(name)} of a command`,
      'Use lower-case letters, digits and single hyphens.',
    );
    checkDefault(name, option);
  }
  for (const [name, { type }] of Object.entries<CommandOption>(positionals)) {
    check(type !== 'flag', `the argument ${name}, which is a flag`, 'Make it an option.');
  }
  return Object.freeze({
    ...declaration,
    options: Object.freeze({ ...options, ...given }),
    positionals,
    json,
  }) as FeatureCommand;
}

function checkDefault(name: string, option: CommandOption): void {
  const holds =
    option.type === 'flag' ||
    option.default === undefined ||
    (option.type === 'choice' && option.of.includes(option.default)) ||
    (option.type === 'text' && option.form?.pattern.test(option.default) !== false) ||
    (option.type === 'whole' &&
      Number.isInteger(option.default) &&
      option.default >= option.min &&
      option.default <= option.max);
  check(holds, `the default of --${name}`, 'Use a value that the option accepts.');
}

/** The options that follow from what a command needs. */
const givenOptions = (needs: CommandNeeds, json: boolean): CommandOptions => ({
  ...(needs === 'tenant' && {
    tenant: { type: 'text', value: 'id', required: true, summary: 'Run for this tenant.' },
  }),
  ...(needs === 'tenant-or-system-read' && {
    tenant: {
      type: 'text',
      value: 'id',
      summary: 'Run for this tenant only. Default: all tenants.',
    },
  }),
  ...(needs !== 'none' && {
    config: {
      type: 'text',
      value: 'file',
      default: 'tenantry.config.ts',
      summary: 'Read this configuration.',
    },
  }),
  ...(json && { json: { type: 'flag', summary: 'Print JSON on stdout, and nothing else there.' } }),
});
