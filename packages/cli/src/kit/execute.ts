import type { TenantPool } from '@tenantry/core';
import type { CommandNeeds, FeatureCommand } from '@tenantry/rls/feature';
import type { Project } from '../config/load-config.ts';
import { readArguments } from './arguments.ts';
import { type MigratedProject, migrationsOf } from './migrations.ts';
import { openPool } from './pool.ts';
import { printTo, type Streams } from './print.ts';
import { progressLine } from './progress.ts';
import { usageOf } from './usage.ts';
import { UsageError } from './usage-error.ts';

/** What the command line knows of a project. */
export type CommandProject = Pick<Project, 'tenancy' | 'features' | 'database' | 'exempt'> &
  MigratedProject;

/** A command line that is carried out. */
export interface Execution<P extends CommandProject> extends Streams {
  /** The words of the command: `audit seal`. */
  readonly name: string;
  readonly argv: readonly string[];
  loadProject(configFile: string): Promise<P>;
  /** What commands of the command line itself get besides. */
  readonly own?: (project: P | undefined) => object;
}

/** The exit code of a shell for what Ctrl-C has ended. */
const interrupted = 130;

/** Runs a command. @returns the exit code @throws UsageError, and what the command throws */
export async function execute<P extends CommandProject>(
  command: FeatureCommand,
  { name, argv, stdout, stderr, loadProject, own }: Execution<P>,
): Promise<number> {
  const { options, positionals, help } = readArguments(command, argv);
  const progress = progressLine(stderr);
  const json = options.json === true;
  const print = printTo({ stdout, stderr }, json, progress);
  if (help) {
    print.line(usageOf(name, command));
    return 0;
  }
  const { needs } = command;
  const project = needs === 'none' ? undefined : await loadProject(String(options.config));
  const interrupts = new AbortController();
  let pool: TenantPool | undefined;
  const context = {
    options,
    positionals,
    json,
    print,
    progress: progress.show,
    stdout,
    signal: interrupts.signal,
    refuse(found: string): never {
      throw new UsageError(found);
    },
    ...(project !== undefined && {
      tenancy: project.tenancy,
      tenant: options.tenant,
      migrations: migrationsOf(project),
    }),
    get pool() {
      pool ??= project && openPool(project, scopeOf(needs, options.tenant) ?? 'system');
      return pool;
    },
    ...own?.(project),
  };
  const run = async () => (await command.run(context)) ?? 0;
  const scope = scopeOf(needs, options.tenant);
  if (project === undefined || scope === undefined) return run().finally(progress.clear);
  const abort = () => interrupts.abort();
  process.once('SIGINT', abort);
  try {
    const { tenancy } = project;
    const { signal } = interrupts;
    if (scope === 'tenant') {
      const entry: object = { [tenancy.property]: options.tenant, signal };
      return await tenancy.run(entry as Parameters<typeof tenancy.run>[0], run);
    }
    const entry = {
      reason: `tenantry ${name}`,
      actor: process.env.USER || 'command line',
      write: needs === 'system-write',
      signal,
    };
    return await tenancy.asSystem(entry, run);
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    print.note('✗ interrupted');
    return interrupted;
  } finally {
    process.off('SIGINT', abort);
    progress.clear();
    await pool?.end();
  }
}

function scopeOf(needs: CommandNeeds, tenant: unknown): 'tenant' | 'system' | undefined {
  if (needs === 'none' || needs === 'config') return undefined;
  return tenant === undefined ? 'system' : 'tenant';
}
