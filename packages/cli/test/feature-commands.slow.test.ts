import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { articleFiles, configModule } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

const feature = `import { defineCommand } from '@tenantry/rls/feature';
export const acme = {
  name: 'acme',
  sql: () => ({ sections: [] }),
  commands: async () => ({
    'acme report': defineCommand({
      summary: 'Write a report.',
      needs: 'config',
      options: {
        format: { type: 'choice', of: ['csv', 'ndjson'], default: 'csv', summary: 'Write this format.' },
      },
      run: ({ options, tenancy, print }) =>
        print.line([options.format, tenancy.column, process.env.ACME_NAME].join(' ')),
    }),
    'acme migrations': defineCommand({
      summary: 'Say where the migrations are.',
      needs: 'config',
      run: ({ migrations: { folder, ledger, url } }) =>
        void process.stdout.write([folder(), ledger.schema, ledger.table, url('given')].join(' ')),
    }),
    'acme doctor': defineCommand({ summary: 'Examine acme.', needs: 'none', run: () => 1 }),
  }),
};
`;

const config = `import { acme } from './src/acme.ts';\n${configModule.replace('tenancy,', 'tenancy, features: [acme],')}`;
const project = testProject({
  ...articleFiles,
  'src/acme.ts': feature,
  'tenantry.config.ts': config,
  'other/tenantry.config.ts': config
    .replaceAll("'./src/", "'../src/")
    .replace('tenancy,', "tenancy, drizzle: '../drizzle.config.ts', schema: '../src/schema.ts',"),
  '.env': 'ACME_NAME=of-the-env-file\n',
});

test.each<[string[], number, string | RegExp]>([
  [['acme', 'report'], 0, 'csv organization_id of-the-env-file\n'],
  [['acme', 'report', '--format=ndjson'], 0, 'ndjson organization_id'],
  [['--config', 'other/tenantry.config.ts', 'acme', 'report'], 0, 'csv organization_id'],
  [['--config', 'other/tenantry.config.ts', '--help'], 0, 'acme report'],
  [['acme', 'report', '--config=none.config.ts'], 1, 'there is no file none.config.ts'],
  [['acme', 'doctor'], 1, /^$/],
  [['acme', 'migrations'], 0, /\/drizzle drizzle __drizzle_migrations given$/],
  [['acme', 'doctor', '--config', 'tenantry.config.ts'], 2, 'Unknown option --config.'],
  [['acme', 'report', '--help'], 0, 'Usage: tenantry acme report [options]'],
  [['help', 'acme', 'report'], 0, 'Usage: tenantry acme report [options]'],
  [
    ['help', 'acme'],
    0,
    /^Usage[\s\S]*acme report +Write a report\.\n {2}acme migrations +Say where the migrations are\.\n {2}acme doctor +Examine acme\./,
  ],
  [['acme'], 2, /^Usage[\s\S]*acme report +Write a report\./],
  [['acme', '--help'], 0, 'acme report'],
  [['acme', 'reprot'], 2, 'no command "acme reprot". Did you mean acme report?'],
  [['--help'], 0, /init[\s\S]*completion[\s\S]*acme report/],
])('tenantry %j ends with %i', async (argv, code, text) => {
  const output = await project.tenantry(...argv);
  expect(output.text).toMatch(text);
  expect(output.code).toBe(code);
});

test('they complete in a real bash', async () => {
  const { text: script } = await project.tenantry('completion', 'bash');
  const complete = (...words: string[]) =>
    new Promise<string>((done, fail) => {
      const set = `COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
      const program = `${script}\n${set}; _tenantry; echo "\${COMPREPLY[@]}"`;
      execFile('bash', ['-c', program], (error, stdout) =>
        error ? fail(error) : done(stdout.trim()),
      );
    });
  expect(await complete('tenantry', 'ac')).toBe('acme');
  expect(await complete('tenantry', 'acme', '')).toBe('report migrations doctor');
  expect(await complete('tenantry', 'acme', 'report', '--')).toBe('--format --config --help');
  expect(await complete('tenantry', 'acme', 'report', '--format', 'n')).toBe('ndjson');
  expect(await complete('tenantry', 'acme', 'doctor', '--')).toBe('--help');
  expect(await complete('tenantry', 'doctor', '--sa')).toBe('--sarif');
  expect(await complete('tenantry', 'completion', 'f')).toBe('fish');
});

test.each([
  ['zsh', "'--format[Write this format. Default  csv.]:value:(csv ndjson)'"],
  ['fish', "-l format -x -a 'csv ndjson' -d 'Write this format. Default: csv.'"],
])('%s knows them', async (shell, option) => {
  const { text } = await project.tenantry('completion', shell);
  expect(text).toContain('Examine acme.');
  expect(text).toContain(option);
});
