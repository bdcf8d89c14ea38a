import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { emptyProject } from './support/project.ts';

/** What a project has after `npm install`, as the command itself says. */
const installed = ['@tenantry/testing', 'pg', 'vitest'];

describe('tenantry init in a fresh Drizzle project', () => {
  const project = emptyProject(installed);
  project.write(
    'package.json',
    '{ "type": "module", "private": true, "dependencies": { "hono": "4" } }',
  );
  project.write('pnpm-lock.yaml', '');

  test('--dry-run says what it would write, and writes nothing', async () => {
    const before = readdirSync(project.folder);
    const { code, text } = await project.tenantry('init', '--dry-run');
    expect(code).toBe(0);
    for (const file of [
      'src/tenancy.ts',
      'src/schema.ts',
      'drizzle.config.ts',
      'tenantry.config.ts',
      'src/db.ts',
      'test/isolation.test.ts',
    ]) {
      expect(text).toContain(`+ ${file}`);
    }
    expect(text).toMatch(/Drizzle \d.* · Hono · pnpm/);
    expect(readdirSync(project.folder)).toEqual(before);
  }, 30_000);

  test('without a terminal and without --yes it asks for --yes', async () => {
    const { code, text } = await project.tenantry('init');
    expect({ code, text }).toMatchObject({ code: 2, text: expect.stringContaining('pass --yes') });
    expect(existsSync(join(project.folder, 'tenantry.config.ts'))).toBe(false);
  }, 30_000);

  test('--yes writes the files and the first migrations', async () => {
    const { code, text } = await project.tenantry('init', '--yes', '--tenant', 'workspace');
    expect({ code, text }).toMatchObject({
      code: 0,
      text: expect.stringContaining('✓ src/schema.ts'),
    });
    expect(text).toContain('tenantry: wrote drizzle/0000_tenantry_foundation.sql');
    expect(text).toContain('pnpm exec drizzle-kit migrate');
    expect(text).toContain('https://tenantry.dev/guides/frameworks for Hono');
    expect(project.migrations()).toHaveLength(3);
    expect(project.read('src/tenancy.ts')).toContain(
      "defineTenancy({ tenant: 'workspace', id: 'uuid' })",
    );
  }, 60_000);

  test('and vitest, run as it says, proves the isolation of the example schema', async () => {
    // the packages are not built here: their exports lead to the sources under a condition of its own
    const config = project.read('vitest.config.ts');
    const conditions = "ssr: { resolve: { conditions: ['@tenantry/source', 'node'] } }";
    const setup = JSON.stringify(
      fileURLToPath(new URL('../../testing/src/vitest.ts', import.meta.url)),
    );
    project.write(
      'vitest.config.ts',
      config
        .replace('({ test', `({ ${conditions}, test`)
        .replace("'@tenantry/testing/vitest'", setup),
    );
    const { code, text } = await project.run('vitest', 'run', '--no-color');
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('1 passed') });
    expect(text).toMatch(/3 tables, \d+ attacks, \d+ rows in reach with isolation off/);
  }, 120_000);

  test('a second time nothing is overwritten', async () => {
    project.write('src/schema.ts', `${project.read('src/schema.ts')}// mine\n`);
    const { code, text } = await project.tenantry('init', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      written: [],
      migrations: false,
      kept: expect.arrayContaining(['tenantry.config.ts']),
    });
    expect(project.read('src/schema.ts')).toContain('// mine');
    expect(project.migrations()).toHaveLength(3);
  }, 30_000);

  test('tenantry info shows it, and no connection string', async () => {
    project.write('.env', 'DATABASE_URL=postgres://me:secret@localhost/x\n');
    const { code, text } = await project.tenantry('info');
    expect(code).toBe(0);
    expect(text).toContain('workspace: column workspace_id uuid, setting app.workspace_id');
    expect(text).toContain('3, up to date');
    expect(text).not.toContain('secret');
    const json = JSON.parse((await project.tenantry('info', '--json')).text);
    expect(json).toMatchObject({
      packageManager: 'pnpm',
      frameworks: ['Hono'],
      project: { tables: { scoped: 2, tenants: 1 }, behind: [] },
    });
  }, 30_000);
});

describe('tenantry init', () => {
  test('leaves the tables of an existing project alone, and says what to do with them', async () => {
    const project = emptyProject();
    project.write('package.json', '{ "type": "module" }');
    project.write(
      'drizzle.config.ts',
      "export default { dialect: 'postgresql', schema: './app/db/tables.ts' };",
    );
    project.write('app/db/tables.ts', 'export const mine = 1;\n');
    const { code, text } = await project.tenantry('init', '--yes');
    expect({ code, text }).toMatchObject({
      code: 0,
      text: expect.stringContaining('✓ app/db/tenancy.ts'),
    });
    expect(text).toContain('add ...isolate(t) and the like to your tables');
    expect(text).toContain('npm install --save-dev');
    expect(project.read('app/db/tables.ts')).toBe('export const mine = 1;\n');
    expect(existsSync(join(project.folder, 'app/db/schema.ts'))).toBe(false);
    expect(project.migrations()).toEqual([]);
  }, 30_000);

  test.each([
    [['--tenant', 'my org'], 'use one camelCase word'],
    [['--id', 'serial'], 'use uuid or text'],
  ])(
    'refuses %j',
    async (args, found) => {
      const { code, text } = await emptyProject().tenantry('init', '--yes', ...args);
      expect({ code, text }).toMatchObject({ code: 2, text: expect.stringContaining(found) });
    },
    30_000,
  );

  test('a tenant called tenant, in text ids, can be generated from too', async () => {
    const project = emptyProject(installed);
    project.write('package.json', '{ "type": "module" }');
    const { code, text } = await project.tenantry(
      'init',
      '--yes',
      '--tenant',
      'tenant',
      '--id',
      'text',
    );
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(project.migrations()).toHaveLength(3);
  }, 60_000);
});

describe('tenantry completion', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-completion-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['bash', 'zsh', 'fish'])(
    'for %s names every command and option',
    async (shell) => {
      const { code, text } = await emptyProject().tenantry('completion', shell);
      expect(code).toBe(0);
      for (const word of ['init', 'generate', 'doctor', 'info', 'sarif', 'dry-run', 'warning']) {
        expect(text).toContain(word);
      }
    },
    30_000,
  );

  test('completes in a real bash', async () => {
    const { text: script } = await emptyProject().tenantry('completion', 'bash');
    const file = join(folder, 'completion.bash');
    writeFileSync(file, script);
    const complete = (words: readonly string[]) =>
      new Promise<string>((done, fail) => {
        const set = `COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
        execFile(
          'bash',
          ['-c', `source '${file}'; ${set}; _tenantry; echo "\${COMPREPLY[@]}"`],
          (error, stdout) => (error ? fail(error) : done(stdout.trim())),
        );
      });
    expect(await complete(['tenantry', 'do'])).toBe('doctor');
    expect(await complete(['tenantry', 'doctor', '--sa'])).toBe('--sarif');
    expect(await complete(['tenantry', 'doctor', '--fail-on', 'w'])).toBe('warning');
  }, 30_000);

  test('of an unknown shell is a wrong command line', async () => {
    expect(await emptyProject().tenantry('completion', 'csh')).toMatchObject({ code: 2 });
  }, 30_000);
});
