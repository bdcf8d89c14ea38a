import type { TenantPool } from '@tenantry/core';
import { atPlaceOf } from '@tenantry/core/scope';
import { databasesOf } from '@tenantry/core/sql';
import { afterAll, expect, it } from 'vitest';
import { acme, ask, globex, places, tenancy } from './support/world.ts';

const { shared, urls, open, route } = await places('eu1', 'eu2');
const pool = open() as unknown as TenantPool;
const stale = open() as unknown as TenantPool;
afterAll(() => Promise.all([pool.end(), stale.end()]));

const entry = { reason: 'a test', actor: 'tests', write: true };
const at = (organizationId: string) => ({ ...entry, place: { organizationId } });
const add = (to: TenantPool, tenant: string, title: string) =>
  to.query('insert into items (organization_id, title) values ($1, $2)', [tenant, title]);
const titles = async (url: string) =>
  (await ask(url, 'select title from items order by title')).map(({ title }) => title);
const eu1 = urls.get('eu1') as string;

it('that names a tenant is done where this tenant lives, and goes after one that moves', async () => {
  await tenancy.asSystem(at(acme), () => add(stale, acme, 'before'));
  await route(acme, 'eu1');
  for (const each of [pool, stale])
    await tenancy.asSystem(at(acme), () => add(each, acme, 'at home'));
  await tenancy.asSystem(at(globex), () => add(pool, globex, 'shared'));
  await tenancy.asSystem(entry, () => add(pool, globex, 'by nobody'));
  expect(await titles(eu1)).toEqual(['at home', 'at home']);
  expect(await titles(shared)).toEqual(['before', 'by nobody', 'shared']);
});

it('goes on in the transaction of a tenant that is moved before its first statement', async () => {
  await tenancy.asSystem(at(acme), () =>
    stale.transaction(async (tx) => {
      await route(acme, 'eu2');
      await tx.query('insert into items (organization_id, title) values ($1, $2)', [acme, 'tx']);
    }),
  );
  expect(await titles(urls.get('eu2') as string)).toEqual(['tx']);
  await route(acme, 'eu1');
});

it('keeps a mover waiting until it has ended', async () => {
  const locked = "select from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'";
  const mine = (sql: string) =>
    `${sql} and database = (select oid from pg_database where datname = current_database())`;
  let moving: Promise<unknown> | undefined;
  await tenancy.asSystem(at(acme), () =>
    pool.transaction(async (tx) => {
      await tx.query('select 1');
      moving = ask(eu1, 'select pg_advisory_xact_lock($1, hashtext($2))', [0x746e7479, acme]);
      await expect.poll(() => ask(eu1, mine(`${locked} and not granted`))).toHaveLength(1);
    }),
  );
  await moving;
});

it('of a call that names a tenant is done there too, unless a place is named', async () => {
  const where = async (of: string) => {
    const [row] = await atPlaceOf(tenancy, of, pool, async () => {
      const { rows } = await pool.query(
        "select current_database() as name, current_setting('app.actor') as actor",
      );
      return rows;
    });
    return [row.name, JSON.parse(row.actor)];
  };
  const [sharedName, eu1Name] = [shared, eu1].map((url) => new URL(url).pathname.slice(1));
  const who = { system: 'tests', reason: 'a test' };
  await tenancy.asSystem(entry, async () => {
    expect(await where(acme)).toEqual([eu1Name, who]);
    expect(await where(globex)).toEqual([sharedName, who]);
  });
  await tenancy.asSystem(entry, () =>
    pool.transaction(async (tx) => {
      const asked = () => tx.query('select current_database() as name');
      const { rows } = await atPlaceOf(tenancy, globex, tx, asked);
      expect(rows).toEqual([{ name: sharedName }]);
      await expect(atPlaceOf(tenancy, acme, tx, asked)).rejects.toMatchObject({
        code: 'STATEMENT_REFUSED',
        message: expect.stringContaining('eu1'),
      });
    }),
  );
  await tenancy.asSystem({ ...entry, place: 'eu1' }, async () =>
    expect(await where(globex)).toEqual([eu1Name, who]),
  );
  await tenancy.asSystem({ ...entry, write: false }, () =>
    expect(atPlaceOf(tenancy, acme, pool, () => add(pool, acme, 'x'))).rejects.toMatchObject({
      code: '25006',
    }),
  );
});

it('in a batch goes where the one tenant lives that all of it is about', async () => {
  const place = () => pool.query('select (select place from tenantry.here) as here');
  const about = (tenant: string, fn = place) =>
    atPlaceOf(tenancy, tenant, pool, async () => (await fn()).rows[0]?.here);
  const batch = (...tenants: string[]) =>
    tenancy.asSystem(entry, () => pool.batch(() => tenants.map((tenant) => about(tenant))));
  expect(await batch(acme, acme)).toEqual(['eu1', 'eu1']);
  expect(await batch(globex, globex)).toEqual([null, null]);

  await ask(shared, 'delete from items');
  await ask(eu1, 'delete from items');
  const failing = tenancy.asSystem(entry, () =>
    pool.batch(() => [
      about(acme, () => add(pool, acme, 'undone')),
      about(acme, () => pool.query('select 1 / 0')),
    ]),
  );
  await expect(failing).rejects.toMatchObject({ code: '22012' });
  expect(await titles(eu1)).toEqual([]);

  await route(acme, 'eu2');
  expect(await batch(acme, acme)).toEqual(['eu2', 'eu2']);
  await route(acme, 'eu1');
});

it('in a batch about several places is refused, and nothing of it happens', async () => {
  const about = (tenant: string) => atPlaceOf(tenancy, tenant, pool, () => add(pool, tenant, 'x'));
  const refused = (build: () => Promise<unknown>[], of = entry) =>
    expect(tenancy.asSystem(of, () => pool.batch(build))).rejects.toMatchObject({
      code: 'STATEMENT_REFUSED',
      message: expect.stringMatching(/several places.*eu\d/),
    });
  await refused(() => [about(acme), about(globex)]);
  await refused(() => [add(pool, globex, 'of nobody'), about(acme)]);
  await route(globex, 'eu2');
  await refused(() => [about(globex), about(acme)]);
  await route(globex, null);
  expect([await titles(shared), await titles(eu1)]).toEqual([[], []]);
  await tenancy.asSystem(entry, () =>
    pool.batch(() => [about(globex), add(pool, globex, 'of nobody')]),
  );
  expect(await titles(shared)).toEqual(['of nobody', 'x']);
  await tenancy.asSystem({ ...entry, place: 'eu1' }, () =>
    pool.batch(() => [about(acme), add(pool, globex, 'of nobody')]),
  );
  expect(await titles(eu1)).toEqual(['of nobody', 'x']);
});

it('in a batch is refused too when a tenant has moved meanwhile, and for what names no tenant', async () => {
  const about = (tenant: string) =>
    atPlaceOf(tenancy, tenant, stale, () => add(stale, tenant, 'y'));
  const batch = () =>
    tenancy.asSystem(entry, () => stale.batch(() => [about(acme), about(globex)]));
  await route(acme, null);
  await batch();
  await route(acme, 'eu1');
  await ask(shared, "delete from items where title = 'y'");
  await expect(batch()).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
  expect(await titles(shared)).not.toContain('y');
  const nobody = { ...entry, place: { organizationId: 'x' } as never };
  const malformed = tenancy.asSystem(entry, () =>
    stale.batch(() => [tenancy.asSystem(nobody, () => stale.query('select 1'))]),
  );
  await expect(malformed).rejects.toMatchObject({ code: 'TENANT_ID_MALFORMED' });
});

it('in a batch as other work than that of the batch is refused', async () => {
  const there = { ...entry, reason: 'another', place: { organizationId: acme } };
  await expect(
    tenancy.asSystem(entry, () =>
      pool.batch(() => [tenancy.asSystem(there, () => pool.query('select 1'))]),
    ),
  ).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
});

it('refuses a place that names no tenant', async () => {
  const work = (place: never) =>
    tenancy.asSystem({ ...entry, place }, () => pool.query('select 1'));
  await expect(work({} as never)).rejects.toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  await expect(work({ organizationId: 'x' } as never)).rejects.toMatchObject({
    code: 'TENANT_ID_MALFORMED',
  });
});

it('knows the databases in which tenants live', async () => {
  await route(globex, 'eu2');
  expect(await databasesOf(stale)).toEqual([undefined, 'eu1', 'eu2']);
  await route(globex, null);
  expect(await databasesOf(stale)).toEqual([undefined, 'eu1']);
});
