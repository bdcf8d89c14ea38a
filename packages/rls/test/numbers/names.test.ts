import { expect, test } from 'vitest';
import { type Numbered, numberedTables } from './plain-support.ts';

const long = 'offers_of_the_department_of_public_works_';

test('tables whose names begin alike have numbers of their own', async () => {
  const tables: Numbered[] = [
    { schema: 'public', name: `${long}north`, column: 'number' },
    { schema: 'public', name: `${long}south`, column: 'number' },
    { schema: 'public', name: 'größen', column: 'number' },
    { schema: 'public', name: 'grössen', column: 'number' },
    { schema: 'public', name: 'a"b', column: 'number' },
    { schema: 'public', name: 'a_b', column: 'number' },
    { schema: 'public', name: 'a', column: 'b_number' },
    { schema: 'public', name: 'crm.deals', column: 'number' },
    { schema: 'crm', name: 'deals', column: 'number' },
    { schema: 'crm', name: 'a_b', column: 'number' },
    { schema: 'public', name: `${'n'.repeat(62)}x`, column: 'number' },
    { schema: 'public', name: `${'n'.repeat(62)}y`, column: 'number' },
  ];
  const { insert, uniqueIndexes, functions } = await numberedTables(tables);
  for (const table of tables) {
    expect(await insert(table), table.name).toBe(1);
    expect(await insert(table), table.name).toBe(2);
    expect(await uniqueIndexes(table), table.name).toBe(1);
  }
  expect(await functions()).toBe(2 * tables.length);
});

test('columns of one table whose names begin alike have triggers of their own', async () => {
  const column = 'the_number_by_which_the_accounting_department_knows_it_';
  const tables: Numbered[] = ['nr', 'Nr', 'n_r', 'N_r', `${column}a`, `${column}b`].map((each) => ({
    schema: 'public',
    name: 'letters',
    column: each,
  }));
  const { insert, uniqueIndexes } = await numberedTables(tables);
  expect(await uniqueIndexes(tables[0] as Numbered)).toBe(tables.length);
  await insert(tables[0] as Numbered);
  for (const table of tables) expect(await insert(table), table.column).toBeGreaterThan(1);
});
