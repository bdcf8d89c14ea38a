import type { Expectation } from '../lib/bench.ts';
import { openBenchDatabase } from '../lib/database.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { enterOf } from './enter.ts';
import { askedOnce } from './policy.ts';
import { openPool, prepare } from './prepare.ts';

/** Checks what holds on any machine, on the same data as the bench. */
export async function rbacGate(write: (line: string) => void): Promise<Expectation[]> {
  write('rbac: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const pool = openPool(database, 2, 'proxy');
    const found = [
      expectation(
        'round trips of an entry with permissions',
        1,
        await countRoundTrips(
          database.proxy,
          enterOf(pool, () => 1),
        ),
      ),
    ];
    for (const table of ['guarded', 'shared']) {
      found.push(
        expectation(
          `${table}: the permission is asked for once`,
          true,
          await askedOnce(pool, table),
        ),
      );
    }
    await pool.end();
    return found;
  } finally {
    await database.end();
  }
}

const expectation = (what: string, expected: unknown, found: unknown): Expectation => ({
  what,
  expected: String(expected),
  found: String(found),
  holds: expected === found,
});
