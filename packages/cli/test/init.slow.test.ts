import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { importEnding } from '../src/commands/info/tsconfig.ts';
import { emptyProject } from './support/project.ts';

/** What a project has after `npm install`, as the command itself says. */
const installed = ['@tenantry/testing', 'pg', 'vitest'];

test.each([
  ['throws', "throw new Error('DATABASE_URL is not set');\nexport default { schema: './schema' };"],
  ['does not parse', 'export default {'],
  ['imports what is not there', "import './nowhere.ts';\nexport default { schema: './schema' };"],
])(
  'a configuration of drizzle-kit that %s is not taken for none: nothing is written',
  async (_, text) => {
    const project = emptyProject(installed);
    project.write('package.json', '{ "type": "module", "private": true }');
    project.write('drizzle.config.ts', text);
    const before = readdirSync(project.folder);
    const run = await project.tenantry('init', '--yes');
    expect(run).toMatchObject({
      code: 1,
      text: expect.stringContaining('drizzle.config.ts cannot be loaded'),
    });
    expect(readdirSync(project.folder)).toEqual(before);
  },
  300_000,
);

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
  });

  test('without a terminal and without --yes it asks for --yes', async () => {
    const { code, text } = await project.tenantry('init');
    expect({ code, text }).toMatchObject({ code: 2, text: expect.stringContaining('pass --yes') });
    expect(existsSync(join(project.folder, 'tenantry.config.ts'))).toBe(false);
  });

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
  });

  test('and vitest, run as it says, proves the isolation of the example schema', async () => {
    const { code, text } = await project.run('vitest', 'run', '--no-color');
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('1 passed') });
    expect(text).toMatch(/3 tables, \d+ attacks, \d+ rows in reach with isolation off/);
  });

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
  });

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
  });
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
  });

  test.each([
    [['--tenant', 'my org'], 'use one camelCase word'],
    [['--id', 'serial'], 'use uuid, text, integer or bigint'],
  ])(
    'refuses %j',
    async (args, found) => {
      const { code, text } = await emptyProject().tenantry('init', '--yes', ...args);
      expect({ code, text }).toMatchObject({ code: 2, text: expect.stringContaining(found) });
    },
    300_000,
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
  });
});

describe('tenantry init looks around', () => {
  const planned = async (files: Readonly<Record<string, string>>, folder = '') => {
    const project = emptyProject();
    for (const [file, text] of Object.entries(files)) project.write(file, text);
    const { code, text } = await project.in(folder).tenantry('init', '--dry-run', '--json');
    expect({ code, text }).toMatchObject({ code: 0 });
    return JSON.parse(text) as { written: string[]; next: string[] };
  };

  test('and begins with package.json where there is none', async () => {
    const { next } = await planned({});
    expect(next[0]).toBe('npm init -y');
    expect((await planned({ 'package.json': '{}' })).next).not.toContain('npm init -y');
  });

  test('and writes nothing beside a package.json that is broken', async () => {
    const project = emptyProject();
    project.write('package.json', '{ "type": ');
    const { code, text } = await project.tenantry('init', '--yes');
    expect({ code, text }).toMatchObject({
      code: 1,
      text: expect.stringContaining('CONFIG_INVALID'),
    });
    expect(text).toContain('package.json cannot be read');
    expect(existsSync(join(project.folder, 'tenantry.config.ts'))).toBe(false);
  });

  test('and installs as a pnpm workspace wants it, at the root and below', async () => {
    const files = {
      'pnpm-workspace.yaml': 'packages: [packages/*]',
      'package.json': '{}',
      'packages/api/package.json': '{}',
    };
    const at = async (folder: string) => (await planned(files, folder)).next.join('\n');
    expect(await at('')).toContain('pnpm add -w -D ');
    expect(await at('packages/api')).toContain('pnpm add -D ');
  });

  test('and leaves a configuration of Vite in force', async () => {
    const { written, next } = await planned({
      'package.json': '{ "type": "module" }',
      'vite.config.ts': 'export default {};',
    });
    expect(written).not.toContain('vitest.config.ts');
    expect(next).toContain(
      "add globalSetup: ['@tenantry/testing/vitest'] to the test section of vite.config.ts",
    );
  });

  test('and says nothing of old tables when it was here before', async () => {
    const project = emptyProject(installed);
    project.write('package.json', '{ "type": "module" }');
    await project.tenantry('init', '--yes');
    const { code, text } = await project.tenantry('init', '--yes');
    expect(code).toBe(0);
    expect(text).toContain('nothing to write: Tenantry is set up here');
    expect(text).not.toContain('add ...isolate(t)');
  });

  test('and writes for CommonJS what TypeScript takes there', async () => {
    const project = emptyProject(installed);
    project.write('package.json', '{}');
    project.write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }');
    const { code, text } = await project.tenantry('init', '--yes');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(existsSync(join(project.folder, 'vitest.config.mts'))).toBe(true);
    expect(project.read('test/isolation.test.ts')).toContain("describe('isolation', async () => {");
    expect(project.read('src/schema.ts')).toContain("from './tenancy'");
    expect(project.read('tenantry.config.ts')).toContain("from './src/schema'");
    expect(project.migrations()).toHaveLength(3);
  });

  const module = (rest: string) => `{ "compilerOptions": { ${rest} } } // mine`;
  test.each([
    ['ts', 'without a tsconfig.json', {}],
    ['ts-to-allow', 'nodenext', { 'tsconfig.json': module('"module": "NodeNext"') }],
    ['none', 'bundler', { 'tsconfig.json': module('"moduleResolution": "bundler"') }],
    [
      'ts',
      'allowed in what is extended',
      {
        'tsconfig.json': '{ "extends": "./base" /* "noEmit" */ }',
        'base.json': module('"module": "nodenext", "allowImportingTsExtensions": true'),
      },
    ],
    [
      'ts-to-allow',
      'allowed in what is extended, and taken back',
      {
        'tsconfig.json':
          '{ "extends": ["./base.json"], "compilerOptions": { "allowImportingTsExtensions": false } }',
        'base.json': module('"module": "nodenext", "allowImportingTsExtensions": true'),
      },
    ],
  ])('imports end in %s: %s', (ending, _, files) => {
    const project = emptyProject();
    for (const [file, text] of Object.entries(files)) project.write(file, text);
    expect(importEnding(project.folder, true)).toBe(ending);
  });
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
    300_000,
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
  });

  test('of an unknown shell is a wrong command line', async () => {
    expect(await emptyProject().tenantry('completion', 'csh')).toMatchObject({ code: 2 });
  });
});
