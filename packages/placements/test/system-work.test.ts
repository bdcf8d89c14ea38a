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

it('of a call that names a tenant is done there too, unless a place is named or a batch is built', async () => {
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
    const [batched] = await pool.batch(() => [where(acme)]);
    expect(batched).toEqual([sharedName, who]);
  });
  await tenancy.asSystem(entry, () =>
    pool.transaction(async (tx) => {
      const asked = () => tx.query('select current_database() as name');
      const { rows } = await atPlaceOf(tenancy, acme, tx, asked);
      expect(rows).toEqual([{ name: sharedName }]);
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
