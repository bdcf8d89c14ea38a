import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { expect, it } from 'vitest';
import { migrationsFolder } from '../migrate/support.ts';
import { ask, feature, tenancy, world } from './world.ts';

const schemas = Number(process.env.TENANTRY_SCHEMAS ?? 200);
const columns = 20;

it('brings 20 columns to 200 schemas in a quarter of the time of one statement after another', {
  timeout: 3_600_000,
}, async () => {
  const { url, add } = await world();
  for (let i = 0; i < schemas; i++) {
    const { code, stderr } = await add(`p${i}`, `t_${i}`);
    expect([code, stderr]).toEqual([0, expect.anything()]);
  }
  const { folder, add: next } = migrationsFolder();
  const config = { tenancy, features: [feature], database: { url, migrationUrl: url } };
  const run = async () => {
    const begun = performance.now();
    const { code, stdout } = await runCommand(config, [
      'migrate',
      '--migrations',
      folder,
      '--json',
    ]);
    expect([code, stdout]).toEqual([0, expect.anything()]);
    return performance.now() - begun;
  };
  next('select 1');
  const baseline = await run();
  const one = await withClient(url, async (client) => {
    const begun = performance.now();
    for (let i = 0; i < schemas; i++)
      for (let k = 0; k < columns; k++)
        await client.query(`alter table t_${i}.items add column one_${k} text`);
    return performance.now() - begun;
  });
  for (let k = 0; k < columns; k++)
    await ask(url, `alter table public.items add column one_${k} text`);
  next(
    ...Array.from({ length: columns }, (_, k) => `ALTER TABLE "items" ADD COLUMN "more_${k}" text`),
  );
  const all = await run();
  const nothing = await run();
  console.log({ schemas, baseline, one, all, nothing, ratio: one / all });
  expect(one / all).toBeGreaterThan(4);
  expect(nothing).toBeLessThan(all / 10);
});
