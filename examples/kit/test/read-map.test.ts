import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pgSchema, pgTable, uuid } from 'drizzle-orm/pg-core';
import { afterAll, expect, it } from 'vitest';
import { readMap } from '../src/readme/read-map.ts';
import { tablesOf } from '../src/readme/tables-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-map-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, 'trash.test.ts'),
  `it('frees the title at once', () => {});\nit('knows the tenant\\'s own', () => {});\n// it says so itself`,
);

mkdirSync(join(folder, 'steps'));
writeFileSync(join(folder, 'steps/paying.ts'), `{ title: 'A payment lifts the limit', run() {} }`);

function map(page: string) {
  writeFileSync(join(folder, 'README.md'), page);
  return readMap(pathToFileURL(join(folder, 'README.md')));
}

it('finds links to files that do not exist, and leaves those to other sites alone', () => {
  const page =
    '[a](trash.test.ts) [b](gone.ts#part) [c](https://example.com) [d](#below)\n```\n[e](f)\n```\n';
  expect(map(page).deadLinks).toEqual(['gone.ts']);
});

it('finds cited tests that the named file does not have', () => {
  const { citedTests, missingTests } = map(`
| what | where |
|---|---|
| trash | [t](trash.test.ts): \`frees the title at once\`, \`knows the tenant's own\` |
| a step of the demo | [t](./steps/paying.ts): \`A payment lifts the limit\` |
| a word is no test | [t](trash.test.ts), \`deleted_at\` |
| nor is a comment | [t](trash.test.ts), \`says so itself\` |
| no such file | [t](gone.test.ts), \`frees the title at once\` |
`);
  expect(citedTests).toHaveLength(5);
  expect(missingTests).toEqual([
    'trash.test.ts: says so itself',
    'gone.test.ts: frees the title at once',
  ]);
});

it('asks for a test in each row of a column with that heading', () => {
  const { missingTests } = map(`
| the article | test |
|---|---|
| a name is unique | [t](trash.test.ts): \`frees the title at once\` |
| nobody dates a deletion | \`lets nobody date it\` |
`);
  expect(missingTests).toEqual(['cites no test: nobody dates a deletion']);
});

it('says which tables the map lacks', () => {
  const page =
    '`loose` in prose\n\n| table | file |\n|---|---|\n| `tenants` | [t](trash.test.ts) |\n';
  expect(map(page).lacks(['loose', 'tenants', 'users'])).toEqual(['loose', 'users']);
});

it('lists the tables of a schema as the database names them', () => {
  const columns = { id: uuid() };
  const schema = {
    people: pgTable('users', columns),
    drawn: pgSchema('diagram').table('projects', columns),
    helper: () => {},
  };
  expect(tablesOf(schema)).toEqual(['diagram.projects', 'users']);
});
