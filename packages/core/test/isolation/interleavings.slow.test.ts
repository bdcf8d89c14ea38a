import { expect, test } from 'vitest';
import { coreDatabase } from '../support/database.ts';
import { interleave } from './interleavings.ts';

const database = await coreDatabase();

test('no interleaving of scopes, errors, limits, transactions and batches shows a foreign row', async () => {
  const report = await interleave(database, 4000);
  console.log(report);
  expect(report).toContain(' 0 foreign rows, 0 lost clients, 0 leaked transactions');
});
