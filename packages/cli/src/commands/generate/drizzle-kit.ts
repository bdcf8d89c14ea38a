import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';
import { sqlFiles } from './migrations.ts';

/** Runs the project's own drizzle-kit; its prompts reach the terminal. */
async function drizzleKit(project: Project, args: readonly string[]): Promise<void> {
  const file = programOf(project);
  const child = spawn(
    process.execPath,
    [file, 'generate', `--config=${project.drizzleConfig}`, ...args],
    { cwd: project.folder, stdio: 'inherit' },
  );
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('exit', done);
  });
  if (code !== 0) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `drizzle-kit generate ended with ${code ?? 'a signal'}.`,
      fix: 'Read its output above. A renamed table, column or policy makes it ask, so run this in a terminal.',
    });
  }
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

/** The migration of what changed in the tables themselves. */
export const generateTables = (project: Project): Promise<void> => drizzleKit(project, []);

/** An empty migration, made by drizzle-kit so that folders and journal stay its own, then filled. */
export async function writeMigration(
  project: Project,
  name: string,
  text: string,
): Promise<string> {
  const before = new Set(sqlFiles(project.migrations));
  await drizzleKit(project, ['--custom', `--name=${name}`]);
  const added = sqlFiles(project.migrations).find((file) => !before.has(file));
  if (added === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `drizzle-kit wrote no migration into ${project.migrations}.`,
      fix: 'Check the option out of drizzle.config.ts.',
    });
  }
  writeFileSync(added, text);
  return added;
}
