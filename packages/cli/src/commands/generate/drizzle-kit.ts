import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';
import { migrationFiles } from './migrations.ts';

/** How a run of drizzle-kit ended, and what it said; nothing when it spoke to a terminal. */
interface Run {
  readonly code: number | null;
  readonly output: string | undefined;
}

/** The migration of what changed in the tables themselves. A rename is asked for in the terminal. */
export async function generateTables(project: Project, name?: string): Promise<void> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const args = name === undefined ? [] : [`--name=${name}`];
  const run = await drizzleKit(
    project,
    project.drizzleConfig,
    args,
    isTerminal ? 'terminal' : 'tee',
  );
  if (!succeeded(run)) throw failed(run);
}

/** An empty migration, made by drizzle-kit so that folders and journal stay its own, then filled. */
export async function writeMigration(
  project: Project,
  name: string,
  text: string,
): Promise<string> {
  const before = new Set(migrationFiles(project.migrations));
  const args = ['--custom', `--name=${name}`];
  const run = await drizzleKit(project, project.drizzleConfig, args, 'silent');
  const added = migrationFiles(project.migrations).find((file) => !before.has(file));
  if (run.code !== 0 || added === undefined) throw failed(run);
  writeFileSync(added, text);
  // Folders of Drizzle 1.0 are ordered by the second in their name.
  if (added.endsWith('migration.sql')) await sleep(1000 - (Date.now() % 1000));
  return added;
}

/** Whether drizzle-kit would write a migration: it runs on a copy of the migrations. */
export async function tablesChanged(project: Project): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-check-'));
  try {
    const out = join(folder, 'migrations');
    if (existsSync(project.migrations)) cpSync(project.migrations, out, { recursive: true });
    const before = migrationFiles(out).length;
    const config = join(folder, 'drizzle.config.ts');
    const content = {
      dialect: 'postgresql',
      schema: project.schemaFiles,
      casing: project.casing,
      out: relative(project.folder, out), // drizzle-kit takes an absolute one for a relative one
    };
    writeFileSync(config, `export default ${JSON.stringify(content)};\n`);
    const run = await drizzleKit(project, config, [], 'silent');
    // A rename makes it ask, which it cannot here: that is a change too.
    return !succeeded(run) || migrationFiles(out).length > before;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drizzleKit(
  project: Project,
  config: string,
  args: readonly string[],
  speaks: 'terminal' | 'tee' | 'silent',
): Promise<Run> {
  // What this process was started with to find modules, drizzle-kit needs as well.
  const conditions = process.execArgv.filter((arg) => arg.startsWith('--conditions='));
  const child = spawn(
    process.execPath,
    [...conditions, programOf(project), 'generate', `--config=${config}`, ...args],
    { cwd: project.folder, stdio: speaks === 'terminal' ? 'inherit' : ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (speaks === 'tee') process.stdout.write(text);
    });
  }
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  return { code, output: speaks === 'terminal' ? undefined : output };
}

// Without a terminal drizzle-kit reports a prompt as an error and ends with 0 all the same.
const succeeded = ({ code, output }: Run) =>
  code === 0 &&
  (output === undefined || /Your SQL migration|No schema changes, nothing to migrate/.test(output));

function failed({ code, output }: Run): TenantryError {
  const asked = output?.includes('require a TTY') === true;
  const last = output?.trim().split('\n').slice(-15).join('\n    ');
  return new TenantryError('CONFIG_INVALID', {
    found: asked
      ? 'drizzle-kit wants to know whether something was renamed, and there is no terminal to ask in.'
      : `drizzle-kit generate did not finish (${code ?? 'signal'}).${last ? ` It said:\n    ${last}` : ''}`,
    fix: asked
      ? 'Run `npx tenantry generate` in a terminal and commit the migrations.'
      : 'Correct what drizzle-kit says, then run `npx tenantry generate` again; it continues where it stopped.',
  });
}

/** The file behind the command `drizzle-kit`; its package.json is not among its exports. */
function programOf(project: Project): string {
  const places = createRequire(project.drizzleConfig).resolve.paths('drizzle-kit') ?? [];
  for (const place of places) {
    const manifest = join(place, 'drizzle-kit', 'package.json');
    if (!existsSync(manifest)) continue;
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      bin: string | Record<string, string>;
    };
    const program = typeof bin === 'string' ? bin : bin['drizzle-kit'];
    if (program !== undefined) return join(dirname(manifest), program);
  }
  throw new TenantryError('CONFIG_INVALID', {
    found: `drizzle-kit is not installed in ${project.folder}.`,
    fix: 'Run: npm install --save-dev drizzle-kit.',
  });
}
