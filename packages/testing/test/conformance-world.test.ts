import { createConformanceWorld } from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import { afterAll, expect, it } from 'vitest';

const server = await testServer();
const world = await createConformanceWorld({ server });
afterAll(() => world.end());

const enter = <R>(claim: string, user: string, fn: () => Promise<R>) =>
  world.pool.enter({ claim: { by: 'slug', value: claim }, user }, fn);

it('has two organizations that share no row, and a hundred more when they are asked for', async () => {
  const crowd = await world.crowd();
  expect(new Set(crowd.map(({ claim }) => claim)).size).toBe(100);
  for (const { claim, user, rows } of [...world.tenants, ...crowd.slice(0, 3)])
    expect([...(await enter(claim, user, world.read))].sort()).toEqual([...rows].sort());
});

it('lets nobody into the other one', async () => {
  const [acme, globex] = world.tenants;
  for (const [claim, user] of [
    [acme.claim, globex.user],
    [world.unknownClaim, acme.user],
  ] as const) {
    await expect(enter(claim, user, world.read)).rejects.toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
  }
});

it('is a database of its own each time', async () => {
  const other = await createConformanceWorld({ server, pool: { max: 1 } });
  const [{ id }] = other.tenants;
  await other.tenancy.run(id, () => other.write('written here'));
  expect([await other.isWritten('written here'), await world.isWritten('written here')]).toEqual([
    true,
    false,
  ]);
  expect(other.pool.options.max).toBe(1);
  await other.end();
});
