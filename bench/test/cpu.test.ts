import { spawnSync } from 'node:child_process';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { expect, test } from 'vitest';
import { cpuBetween, createCpuMeter } from '../src/lib/cpu.ts';

const database = await testDatabase();

test.runIf(process.platform === 'linux')('sees what this process and the server use', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const meter = createCpuMeter(rows[0]?.pid ?? 0);
  const before = meter();
  await client.query('select count(*) from generate_series(1, 2000000)');
  const after = meter();
  await client.end();
  if (before.server === undefined || after.server === undefined) return; // not on this machine
  expect(after.server - before.server).toBeGreaterThan(20_000);
  expect(cpuBetween(before, after)).toBeGreaterThan(after.server - before.server);

  // what a connection has used is not lost when it ends
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((meter().server ?? 0) - before.server).toBeGreaterThan(20_000);
});

test('a process that is no backend gives no reading of a server', () => {
  const { pid } = spawnSync('true');
  expect(createCpuMeter(pid)().server).toBeUndefined();
  expect(createCpuMeter(process.pid)().server).toBeUndefined();
  expect(cpuBetween({ node: 0, server: undefined }, { node: 1, server: undefined })).toBeNaN();
});
