import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createCpuMeter } from '../src/lib/cpu.ts';

const database = await testDatabase();

test.runIf(process.platform === 'linux')('sees what the server uses', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const meter = createCpuMeter(rows[0]?.pid ?? 0);
  const before = meter();
  await client.query('select count(*) from generate_series(1, 2000000)');
  const after = meter();
  await client.end();
  if (Number.isNaN(before)) return; // not on this machine
  expect(after - before).toBeGreaterThan(20_000);

  // what a connection has used is not lost when it ends
  await expect.poll(() => existsSync(`/proc/${rows[0]?.pid}`)).toBe(false);
  expect(meter() - before).toBeGreaterThan(20_000);
});

test('a process that is no backend gives no reading of a server', () => {
  const { pid } = spawnSync('true');
  expect(createCpuMeter(pid)()).toBeNaN();
  expect(createCpuMeter(process.pid)()).toBeNaN();
});
