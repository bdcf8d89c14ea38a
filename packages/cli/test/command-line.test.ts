import { describe, expect, test } from 'vitest';
import { main } from '../src/main.ts';
import { articleFiles, configModule, schemaModule, tenancyModule } from './fixtures/article.ts';
import { testProject } from './support/project.ts';
import { memoryStreams } from './support/streams.ts';

/** Runs a command line in this process, and gives what it prints. */
async function run(argv: readonly string[]) {
  const { streams, text } = memoryStreams();
  const code = await main(argv, streams);
  return { code, text: text() };
}

test.each<[string[], number, string | RegExp]>([
  [[], 2, 'Usage: tenantry <command>'],
  [['--help'], 0, 'generate'],
  [['generate', '--help'], 0, '--dry-run'],
  [['--version'], 0, /^\d+\.\d+\.\d+/],
  [['help', 'generate'], 0, '--dry-run'],
  [['generat'], 2, 'tenantry has no command "generat". Did you mean generate?'],
  [['constructor'], 2, 'tenantry has no command "constructor"'],
  [['generate', '--chekc'], 2, 'Unknown option --chekc. Did you mean --check?'],
  [['generate', '--name'], 2, '--name needs a value'],
  [['generate', '--name', 'a b'], 2, 'use letters, digits, _ and -'],
  [['doctor', '--fail-on', 'fatal'], 2, 'use error, warning, info or never'],
  [['doctor', '--fix', '--apply'], 2, '--fix and --apply'],
  [['init', '--id', 'serial'], 2, 'use uuid, text, integer or bigint'],
  [['init', '--tenant', 'My Team', '--yes'], 2, 'one camelCase word'],
  [['completion', 'tcsh'], 2, 'use bash, zsh or fish'],
  [['completion'], 2, 'shell is missing: bash, zsh or fish'],
  [['generate', 'now'], 2, 'Unexpected argument'],
])('tenantry %j ends with %i', async (argv, code, text) => {
  const output = await run(argv);
  expect(output.code).toBe(code);
  expect(output.text).toMatch(text);
});

describe.concurrent('a configuration that cannot be used says what and where', () => {
  const cases: [string, Record<string, string>, string | RegExp][] = [
    [
      'no tenantry.config.ts',
      {},
      /there is no file tenantry\.config\.ts[\s\S]*`npx tenantry init` writes one/,
    ],
    [
      'a syntax error',
      { 'tenantry.config.ts': 'export default {' },
      /tenantry\.config\.ts cannot be loaded/,
    ],
    ['no default export', { 'tenantry.config.ts': 'export const a = 1;' }, 'the default export'],
    [
      'an unknown option',
      {
        ...articleFiles,
        'tenantry.config.ts': configModule.replace('tenancy,', "tenancy, out: 'x',"),
      },
      /"out"/,
    ],
    [
      'no tenancy',
      { ...articleFiles, 'tenantry.config.ts': 'export default {};' },
      'tenancy: what defineTenancy(…) returns is needed',
    ],
    [
      'a column that is none',
      {
        ...articleFiles,
        'tenantry.config.ts': configModule.replace('organizations.id', "'organizations.id'"),
      },
      'directory.tenant: a column of a Drizzle table is needed',
    ],
    [
      'another dialect',
      {
        ...articleFiles,
        'drizzle.config.ts': "export default { dialect: 'mysql', schema: './src/schema.ts' };",
      },
      /drizzle\.config\.ts: dialect/,
    ],
    [
      'a schema that does not exist',
      {
        ...articleFiles,
        'drizzle.config.ts': "export default { dialect: 'postgresql', schema: './src/tables.ts' };",
      },
      'no schema file for ["./src/tables.ts"]',
    ],
  ];
  test.each(cases)(
    '%s',
    async (_, files, found) => {
      const project = testProject(files);
      const { code, text } = await project.tenantry('generate', '--dry-run');
      expect({ code, text }).toMatchObject({
        code: 1,
        text: expect.stringMatching(/✗ CONFIG_INVALID\n {2}found/),
      });
      expect(text).toMatch(found);
      expect(text).not.toMatch(/^\s+at /m);
    },
    300_000,
  );
});

describe('a project is loaded', () => {
  test('with path aliases, server-only, several schema files, and tables of one name', async () => {
    const project = testProject({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'node_modules/server-only/package.json': '{ "name": "server-only", "main": "index.js" }',
      'node_modules/server-only/index.js': "throw new Error('server-only');",
      'src/tenancy.ts': `import 'server-only';\n${tenancyModule}`,
      'src/tables/main.ts': schemaModule.replace("'./tenancy.ts'", "'@/tenancy'"),
      'src/tables/more.ts': `
        import { pgTable } from 'drizzle-orm/pg-core';
        import { isolate, tenancy } from '@/tenancy';
        export const projects = pgTable('other_projects', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [...isolate(t)]);`,
      'drizzle.config.ts':
        "export default { dialect: 'postgresql', schema: ['./src/tables/*.ts'], casing: 'snake_case' };",
      'tenantry.config.ts': configModule
        .replace("'./src/schema.ts'", "'@/tables/main'")
        .replace("'./src/tenancy.ts'", "'@/tenancy'"),
    });
    const { code, text } = await project.tenantry('generate', '--dry-run');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain('table:public.projects');
    expect(text).toContain('table:public.other_projects');
  });
});
