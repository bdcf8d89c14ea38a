import type { TenantPool } from '@tenantry/core';
import { bringPerson } from '@tenantry/core/scope';
import { afterAll, expect, it } from 'vitest';
import { acme, ask, places, tenancy } from './support/world.ts';

const { shared, urls, open, route } = await places('eu1');
await route(acme, 'eu1');
const eu1 = urls.get('eu1') as string;
const pool = open() as unknown as TenantPool;
afterAll(() => pool.end());
const eve = '00000000-0000-4000-8000-0000000000e1';
const of = (url: string) => ask(url, 'select * from users where id = $1', [eve]);
const bring = (user = eve) => bringPerson(tenancy, { db: pool, tenant: acme, user });

it('copies the row of a user to the place of a tenant, with all columns and only once', async () => {
  // a migration has added columns that no code knows, and one is computed
  for (const url of [shared, eu1])
    await ask(
      url,
      `alter table users add column data jsonb, add column at timestamptz, add column "odd "" name" text,
         add column twice text generated always as (email || email) stored`,
    );
  await ask(
    shared,
    `insert into users (id, email, data, at, "odd "" name") values ($1, 'eve@example.com', '{"a": null, "b": [1]}', '2026-01-01 00:00:00.123456+00', 'x')`,
    [eve],
  );
  expect(await Promise.all([bring(), bring()])).toEqual([true, true]);
  expect(await of(eu1)).toEqual(await of(shared));
  await ask(eu1, "update users set email = 'there@example.com' where id = $1", [eve]);
  expect(await bring()).toBe(true);
  expect(await of(eu1)).toMatchObject([{ email: 'there@example.com' }]);
});

it('says that nobody was brought for a user that there is not, and in a transaction that has failed', async () => {
  expect(await bring('00000000-0000-4000-8000-00000000dead')).toBe(false);
  const entry = { reason: 'a test', actor: 'tests', write: true };
  await tenancy.asSystem(entry, async () => {
    const client = await pool.connect();
    await client.query('begin');
    await expect(client.query('select 1 / 0')).rejects.toThrow();
    expect(await bringPerson(tenancy, { db: client, tenant: acme, user: eve })).toBe(false);
    await client.query('rollback');
    client.release();
  });
});

it('is for the system role alone', async () => {
  await tenancy.run(acme, async () => {
    for (const call of [`person_of('${eve}')`, `bring_person('{}')`])
      await expect(pool.query(`select tenantry.${call}`)).rejects.toMatchObject({ code: '42501' });
  });
});
