import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { Linter as Linter9 } from 'eslint-9';
import { expect, test } from 'vitest';
import plugin, { configs, meta, rules } from '../src/index.ts';
import { blocksOf, found, recommended, root, withTypes } from './support/lint.ts';

const example = join(root, 'examples/b2b-saas');
const here = join(root, 'packages/eslint-plugin');

// The demo plays the operator, who connects as the owner, and a tired developer, on purpose.
const onPurpose = [
  'src/demo/careless.ts @tenantry/no-floating-queries',
  'src/demo/steps/cost.ts @tenantry/no-raw-pool',
  'src/demo/steps/examining.ts @tenantry/no-raw-pool',
  'src/demo/world.ts @tenantry/no-raw-pool',
];
const withoutLines = (all: readonly string[]) => all.map((one) => one.replace(/:\d+ /, ' ')).sort();

test('the flagship example is clean, but for what its demo does wrong on purpose', async () => {
  const results = await recommended(example).lintFiles(['**/*.ts']);
  expect(results.length).toBeGreaterThan(40);
  expect(withoutLines(found(results, example))).toEqual(onPurpose);
});

test('it is so with types too', async () => {
  const lint = recommended(example, withTypes('./fixtures/example.tsconfig.json'));
  const results = await lint.lintFiles(['src/**/*.ts']);
  expect(withoutLines(found(results, example))).toEqual(onPurpose);
});

test('the example of a file in which everything is wrong is reported in every place', () => {
  const file = join(here, 'test/fixtures/everything-wrong.txt');
  const code = readFileSync(file, 'utf8');
  const expected = code.split('\n').flatMap((text, at) => {
    const wrong = /\/\/ wrong: (.+)$/.exec(text)?.[1] ?? '';
    return wrong === '' ? [] : wrong.split(', ').map((rule) => `${at + 1} @tenantry/${rule}`);
  });
  for (const Each of [Linter, Linter9 as unknown as typeof Linter]) {
    const messages = new Each().verify(code, [configs.recommended], 'src/wrong.js');
    expect(messages.map(({ line, ruleId, message }) => `${line} ${ruleId ?? message}`)).toEqual(
      expected,
    );
  }
  expect(new Set(expected.map((one) => one.split('/')[1]))).toEqual(new Set(Object.keys(rules)));
});

test('the tests of the feature packages are clean, but for types that they misuse on purpose', async () => {
  const lint = recommended(root, {
    files: ['**/*.ts'],
    rules: { '@tenantry/no-floating-queries': 'off' },
  });
  const folders = ['audit-log', 'plan-limits', 'rbac', 'stripe-billing'];
  const results = await lint.lintFiles(folders.map((name) => `packages/${name}/test/**/*.ts`));
  expect(results.length).toBeGreaterThan(80);
  const all = withoutLines(found(results, root));
  expect(new Set(all)).toEqual(
    new Set(['packages/rbac/test/definition.test.ts @tenantry/known-permission']),
  );
});

test('the code of the documentation is clean', async () => {
  const lint = recommended(root);
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
    ...['start', 'guides', 'concepts', 'reference'].flatMap((folder) =>
      readdirSync(join(root, 'docs', folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${folder}/${name}`),
    ),
  ];
  let linted = 0;
  const all: string[] = [];
  for (const page of pages) {
    for (const { code, line, language } of blocksOf(join(root, page))) {
      const [result] = await lint.lintText(code, { filePath: join(root, `page.${language}`) });
      // excerpts that do not parse by themselves
      if (result === undefined || result.fatalErrorCount > 0) continue;
      linted++;
      all.push(...found([result], root).map((one) => `${page}:${line} ${one}`));
    }
  }
  expect(linted).toBeGreaterThan(60);
  const unexpected = all.filter((one) => !excerpts.some((start) => one.startsWith(start)));
  expect(unexpected).toEqual([]);
});

// what shows the rules, what stands in a test, and a query of which only the form is shown
const excerpts = [
  'packages/eslint-plugin/README.md',
  'packages/testing/README.md',
  'docs/guides/child-tables.md',
  'docs/guides/your-orm.md', // runs files of migrations
];

test('the plugin has a name, a version, and the same under its default export', () => {
  expect(plugin).toEqual({ meta, rules, configs });
  const manifest = readFileSync(join(here, 'package.json'), 'utf8');
  const { name, version } = JSON.parse(manifest) as { name: string; version: string };
  expect(meta).toMatchObject({ name, version });
});
