import { test } from 'vitest';
import { limitsDatabase } from './support/database.ts';
import { race, races } from './support/races.ts';

const database = await limitsDatabase();

test.each(races)('50 runs of 120 attempts by $name give exactly 10 each', async (each) => {
  for (let run = 0; run < 50; run++) await race(database, each);
});
