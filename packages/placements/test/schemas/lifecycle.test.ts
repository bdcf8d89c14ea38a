import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { acme, ask, feature, globex, put, read, tenancy, two } from './world.ts';

// What reads or moves rows between databases does not know schemas yet: it says so, and changes nothing.

it('is suspended, restored and advised about, and is not erased, moved or exported from one table of two', async () => {
  const { url, open, titles } = await two();
  const pool = open();
  await tenancy.run(acme, () => put(pool, 'of acme'));
  const config = { tenancy, features: [feature], database: { url, systemUrl: url } };
  const run = (...args: string[]) => runCommand(config, args);
  const state = () => ask(url, 'select * from tenantry.placements order by tenant');

  expect(await run('tenants', 'suspend', 'acme', '--reason', 'unpaid')).toMatchObject({ code: 0 });
  await expect(tenancy.run(acme, () => read(pool))).rejects.toMatchObject({
    code: 'TENANT_SUSPENDED',
  });
  await tenancy.run(globex, () => read(pool));
  expect(await run('tenants', 'restore', 'acme')).toMatchObject({ code: 0 });
  expect(await tenancy.run(acme, () => read(pool))).toEqual(['of acme']);

  // a schema is no database of its own
  const advised = JSON.parse((await run('advise', '--json')).stdout);
  expect(advised.map(({ place }: { place: string | null }) => place)).toEqual([null]);
  expect(advised[0].facts.tables.map(({ table }: { table: string }) => table)).toContain(
    't_acme.items',
  );

  const before = await state();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-schemas-'));
  try {
    for (const args of [
      ['tenants', 'export', 'acme', '--to', join(folder, 'acme')],
      ['tenants', 'erase', 'acme', '--yes-erase', 'acme', '--by', 'tests', '--url', url],
      ['tenants', 'move', acme, '--to', 'shared', '--url', url],
      ['tenants', 'move', acme, '--to', 'globex_own', '--url', url],
    ]) {
      const { code, stderr } = await run(...args);
      expect([args[1], code, stderr]).toEqual([
        args[1],
        1,
        expect.stringContaining('PLACE_IS_SCHEMA'),
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(await state()).toEqual(before);
  expect(await titles('t_acme')).toEqual(['of acme']);
  expect(await tenancy.run(acme, () => read(pool))).toEqual(['of acme']);
});
