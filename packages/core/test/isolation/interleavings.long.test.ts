import { expect, test } from 'vitest';
import { coreDatabase } from '../support/database.ts';
import { interleave } from './interleavings.ts';

const database = await coreDatabase();

test('no interleaving of 100,000 statements shows a foreign row, loses a client or leaks a transaction', async () => {
  const report = await interleave(database, 100_000);
  console.log(report);
  expect(report).toContain(' 0 foreign rows, 0 lost clients, 0 leaked transactions');
}, 900_000);
