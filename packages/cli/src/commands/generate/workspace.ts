import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';

/**
 * A copy of the migrations, into which drizzle-kit and we write. The new files are moved into the
 * project's folder together, or not at all.
 */
export interface Workspace {
  /** The copy. */
  readonly migrations: string;
  /** The configuration of drizzle-kit, with the copy as its folder. */
  readonly drizzleConfig: string;
  /** Moves the new files into the project. @returns the new files, in the project's folder. */
  publish(): string[];
  remove(): void;
}

/** Makes the copy. */
export function openWorkspace(project: Project): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-generate-'));
  const migrations = join(folder, 'migrations');
  if (existsSync(project.migrations)) cpSync(project.migrations, migrations, { recursive: true });
  const before = contentOf(project.migrations);
  const drizzleConfig = join(folder, 'drizzle.config.ts');
  writeFileSync(drizzleConfig, configFor(project, migrations));
  return {
    migrations,
    drizzleConfig,
    publish() {
      const now = contentOf(project.migrations);
      if (JSON.stringify([...now]) !== JSON.stringify([...before])) {
        throw new TenantryError('CONFIG_INVALID', {
          found: `${relative(process.cwd(), project.migrations)} changed while the migrations were written.`,
          fix: 'Run `npx tenantry generate` again, alone.',
        });
      }
      return publish(migrations, project.migrations, before);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The user's configuration with another folder. */
function configFor(project: Project, out: string): string {
  // drizzle-kit treats an absolute path as relative
  const own = { out: relative(project.folder, out) };
  if (project.drizzleConfig.endsWith('.json')) {
    const config = JSON.parse(readFileSync(project.drizzleConfig, 'utf8')) as object;
    return `export default ${JSON.stringify({ ...config, ...own })};\n`;
  }
  return [
    `import * as loaded from ${JSON.stringify(project.drizzleConfig)};`,
    'const config = loaded.default?.default ?? loaded.default ?? loaded;',
    `export default { ...config, out: ${JSON.stringify(own.out)} };`,
    '',
  ].join('\n');
}

/** The files of a folder, by relative path, with their texts. */
function contentOf(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** The journal is moved last: until it names the new files, nothing runs them. */
function publish(from: string, to: string, before: ReadonlyMap<string, string>): string[] {
  const changed = [...contentOf(from)].filter(([file, text]) => before.get(file) !== text);
  const isJournal = ([file]: [string, string]) => file.endsWith('_journal.json');
  for (const [file] of [
    ...changed.filter((each) => !isJournal(each)),
    ...changed.filter(isJournal),
  ]) {
    const target = join(to, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(from, file), `${target}.tmp`);
    renameSync(`${target}.tmp`, target);
  }
  return changed.map(([file]) => join(to, file)).filter((file) => file.endsWith('.sql'));
}
