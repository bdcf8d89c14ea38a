import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';
import { migrationFiles } from './migrations.ts';
import type { Workspace } from './workspace.ts';

/** The exit code of a run of drizzle-kit, and its output; empty when it wrote to a terminal. */
interface Run {
  readonly code: number | null;
  readonly output: string | undefined;
}

/**
 * The migration of changes of the tables. drizzle-kit asks about renames in the terminal; a check only
 * reports that there is a question.
 * @param out where drizzle-kit speaks when it has no terminal; undefined for a check
 * @returns its file; undefined when nothing changed
 */
export async function generateTables(
  project: Project,
  workspace: Workspace,
  name: string | undefined,
  out: NodeJS.WritableStream | undefined,
): Promise<string | 'a question' | undefined> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const before = new Set(migrationFiles(workspace.migrations));
  const args = name === undefined ? [] : [`--name=${freeName(name, [...before])}`];
  const speaks = isTerminal && out !== undefined ? 'terminal' : out;
  const run = await drizzleKit(project, workspace, args, speaks);
  if (out === undefined && asks(run)) return 'a question';
  if (!succeeded(run)) throw failed(run);
  const added = migrationFiles(workspace.migrations).find((file) => !before.has(file));
  if (added === undefined && run.output === undefined) {
    // its terminal output is unknown: it may have been interrupted at a question
    const again = await drizzleKit(project, workspace, args, undefined);
    if (again.output?.includes('No schema changes, nothing to migrate') !== true) {
      throw new TenantryError('CONFIG_INVALID', {
        found:
          'drizzle-kit ended without a migration, and there is something to migrate: it was left in a question, or failed with what stands above.',
        fix: 'Run `npx tenantry generate` again; nothing was written. It fails on a table that is renamed and changed at once: rename it, generate, then change it.',
      });
    }
  }
  if (added !== undefined && out !== undefined) await untilNextName(added);
  return added;
}

/**
 * An empty migration, created by drizzle-kit so that it keeps control of folders and journal, then
 * filled.
 */
export async function writeMigration(
  project: Project,
  workspace: Workspace,
  name: string,
  text: string,
): Promise<string> {
  const before = migrationFiles(workspace.migrations);
  const args = ['--custom', `--name=${freeName(name, before)}`];
  const run = await drizzleKit(project, workspace, args, undefined);
  const added = migrationFiles(workspace.migrations).find((file) => !before.includes(file));
  if (run.code !== 0 || added === undefined) throw failed(run);
  writeFileSync(added, text);
  await untilNextName(added);
  return added;
}

/** Without a number or time prefix, a second file of the same name would overwrite the first. */
function freeName(name: string, files: readonly string[]): string {
  // drizzle-kit then writes `_tables.sql`
  const taken = new Set(files.map((file) => basename(file, '.sql').replace(/^_/, '')));
  let free = name;
  for (let i = 2; taken.has(free); i += 1) free = `${name}_${i}`;
  return free;
}

/** Some runners run files named by the second in the order of their names. */
async function untilNextName(file: string): Promise<void> {
  const name = file.endsWith('migration.sql') ? basename(dirname(file)) : basename(file);
  if (/^\d{10,}_/.test(name)) await sleep(1000 - (Date.now() % 1000));
}

async function drizzleKit(
  project: Project,
  workspace: Workspace,
  args: readonly string[],
  speaks: 'terminal' | NodeJS.WritableStream | undefined,
): Promise<Run> {
  // drizzle-kit needs the same module resolution conditions as this process.
  const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions='));
  const child = spawn(
    process.execPath,
    [...conditions, programOf(project), 'generate', `--config=${workspace.drizzleConfig}`, ...args],
    { cwd: project.folder, stdio: speaks === 'terminal' ? 'inherit' : ['ignore', 'pipe', 'pipe'] },
  );
  const [there, here] = [workspace.migrations, project.migrations].map((folder) =>
    relative(project.folder, folder),
  ) as [string, string];
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (typeof speaks === 'object') speaks.write(text.replaceAll(there, here));
    });
  }
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  return { code, output: speaks === 'terminal' ? undefined : output };
}

// Without a terminal drizzle-kit reports a prompt as an error but exits with 0.
const succeeded = ({ code, output }: Run) =>
  code === 0 &&
  (output === undefined || /Your SQL migration|No schema changes, nothing to migrate/.test(output));

const asks = ({ output }: Run) => output?.includes('require a TTY') === true;

function failed(run: Run): TenantryError {
  const { code, output } = run;
  const asked = asks(run);
  const last = output?.trim().split('\n').slice(-15).join('\n    ');
  return new TenantryError('CONFIG_INVALID', {
    found: asked
      ? 'drizzle-kit wants to know whether something was renamed, and there is no terminal to ask in.'
      : `drizzle-kit generate did not finish (${code ?? 'signal'}).${last ? ` It said:\n    ${last}` : ''}`,
    fix: asked
      ? 'Run `npx tenantry generate` in a terminal and commit the migrations.'
      : 'Correct what drizzle-kit says, then run `npx tenantry generate` again; nothing was written.',
  });
}

interface Manifest {
  readonly version: string;
  readonly bin: string | Record<string, string>;
}

/** The project's version of drizzle-kit. */
export const versionOf = (project: Project): string => installed(project).manifest.version;

/** The file of the command `drizzle-kit`; its package does not export package.json. */
function programOf(project: Project): string {
  const { place, manifest } = installed(project);
  const program = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin['drizzle-kit'];
  if (program === undefined) throw notInstalled(project);
  return join(place, program);
}

function installed(project: Project): { readonly place: string; readonly manifest: Manifest } {
  const places = createRequire(project.drizzleConfig).resolve.paths('drizzle-kit') ?? [];
  const place = places
    .map((each) => join(each, 'drizzle-kit'))
    .find((each) => existsSync(join(each, 'package.json')));
  if (place === undefined) throw notInstalled(project);
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Manifest;
  return { place, manifest };
}

const notInstalled = ({ folder }: Project) =>
  new TenantryError('CONFIG_INVALID', {
    found: `drizzle-kit is not installed in ${folder}.`,
    fix: 'Run: npm install --save-dev drizzle-kit.',
  });
