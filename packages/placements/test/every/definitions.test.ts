import { expect, it } from 'vitest';
import { everyWorld } from './world.ts';

const { ask, run } = await everyWorld();
const permissions = async (place: string | undefined) =>
  (await ask(place, 'select from permissions')).length;

it('of roles is compared and written in every database', async () => {
  expect((await run('rbac sync')).code).toBe(0);
  for (const place of ['eu1', 'eu2']) await ask(place, 'delete from permissions');
  const halved = await run('rbac drift', 'eu1');
  expect(halved).toMatchObject({ code: 1, stdout: expect.stringMatching(/missing: .*\(in eu2\)/) });
  expect(halved.stdout).toMatch(/✗ eu1: .*POOL_UNAVAILABLE/);

  expect((await run('rbac sync --json', 'eu1')).code).toBe(1);
  expect([await permissions('eu1'), await permissions('eu2')]).toEqual([0, 1]);
  const written = await run('rbac sync --json');
  expect(JSON.parse(written.stdout)).toEqual([
    expect.objectContaining({ kind: 'missing', place: 'eu1' }),
  ]);
  expect(await permissions('eu1')).toBe(1);
  expect(await run('rbac drift')).toMatchObject({
    code: 0,
    stdout: 'Code and database agree.\n',
  });
});

it('of plans is compared and written in every database', async () => {
  const plans = async (place: string) => (await ask(place, 'select from plan_features')).length;
  expect((await run('limits sync')).code).toBe(0);
  for (const place of ['eu1', 'eu2']) await ask(place, 'delete from plan_features');
  const halved = await run('limits drift', 'eu1');
  expect(halved).toMatchObject({ code: 1, stdout: expect.stringMatching(/pro sso .*\(in eu2\)/) });
  expect(halved.stdout).toMatch(/✗ eu1: .*POOL_UNAVAILABLE/);
  expect((await run('limits sync', 'eu1')).code).toBe(1);
  expect([await plans('eu1'), await plans('eu2')]).toEqual([0, 1]);
  expect(await run('limits sync')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\(in eu1\)\n1 differences removed/),
  });
  expect((await run('limits drift')).code).toBe(0);
});
