import type { TenantPool } from '@tenantry/core';
import { createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { runCommand } from 'tenantry';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, emptyDatabase, featureOf, places, tenancy } from './support/world.ts';

const initech = '00000000-0000-4000-8000-00000000000c';
const carol = '00000000-0000-4000-8000-0000000000c1';
const feature = featureOf(() => undefined);

const opened: TenantPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

async function world() {
  const made = await places('eu1', 'eu2');
  const open = () => {
    const pool = made.open();
    opened.push(pool as unknown as TenantPool);
    return pool;
  };
  return { ...made, open };
}

const asSystem = <R>(fn: () => Promise<R>) =>
  tenancy.asSystem({ reason: 'sign-up', actor: 'test', write: true }, fn);

const newOrganization = (pool: { query(text: string, values: unknown[]): Promise<unknown> }) =>
  pool.query('insert into organizations (id, slug) values ($1, $2)', [initech, 'initech']);

describe('place', () => {
  it('gives a new tenant its database, and its claims stay in the shared one', async () => {
    const { open, urls, shared } = await world();
    const [pool, other] = [open(), open()];
    await tenancy.run(initech, () => other.query('select 1')); // knows it as shared
    await asSystem(async () => {
      await newOrganization(pool);
      await feature.place(pool, { organizationId: initech, place: 'eu1' });
      expect(await feature.places(pool)).toEqual([
        { name: 'eu1', schema: null, tenants: 1 },
        { name: 'eu2', schema: null, tenants: 0 },
      ]);
    });
    const inEu1 = { reason: 'sign-up', actor: 'test', write: true, place: 'eu1' };
    await tenancy.asSystem(inEu1, async () => {
      await newOrganization(pool);
      await pool.query('insert into users (id, email) values ($1, $2)', [
        carol,
        'carol@initech.example',
      ]);
    });
    const without = { ...inEu1, write: false };
    await expect(tenancy.asSystem(without, () => newOrganization(pool))).rejects.toMatchObject({
      code: '25006',
    });
    const unknown = { ...inEu1, place: 'nowhere' };
    await expect(tenancy.asSystem(unknown, () => newOrganization(pool))).rejects.toMatchObject({
      code: 'PLACE_UNAVAILABLE',
    });
    for (const each of [other, pool]) {
      await tenancy.run(initech, async () => {
        await each.query(
          'insert into memberships (organization_id, user_id) values ($1, $2) on conflict do nothing',
          [initech, carol],
        );
        await each.query('insert into items (organization_id, title) values ($1, $2)', [
          initech,
          'first',
        ]);
      });
    }
    const count = (url: string) =>
      ask(url, 'select count(*)::int as n from items where organization_id = $1', [initech]);
    expect(await count(urls.get('eu1') as string)).toEqual([{ n: 2 }]);
    expect(await count(shared)).toEqual([{ n: 0 }]);
    const entered = await pool.enter(
      { claim: { by: 'slug', value: 'initech' }, user: carol },
      async () => {
        const { rows } = await pool.query('select title from items');
        return rows.length;
      },
    );
    expect(entered).toBe(2);
  });

  it('refuses a tenant that has rows, an unknown place, another place, and a transaction', async () => {
    const { open, shared } = await world();
    const pool = open();
    await asSystem(async () => {
      await newOrganization(pool);
      await pool.query('insert into items (organization_id, title) values ($1, $2)', [
        initech,
        'x',
      ]);
    });
    const placing = (place: string, db: Parameters<typeof feature.place>[0] = pool) =>
      asSystem(() => feature.place(db, { organizationId: initech, place }));
    await expect(placing('eu1')).rejects.toMatchObject({
      code: 'TENANT_HAS_ROWS',
      message: expect.stringContaining('public.items'),
    });
    await asSystem(() => pool.query('delete from items where organization_id = $1', [initech]));
    await expect(placing('nowhere')).rejects.toMatchObject({ code: 'PLACE_UNKNOWN', status: 404 });
    const inOne = asSystem(() =>
      pool.transaction((tx) => feature.place(tx, { organizationId: initech, place: 'eu1' })),
    );
    await expect(inOne).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
    const inSavepoint = asSystem(() =>
      pool.transaction(async (tx) => {
        await tx.query('savepoint one');
        await tx.query('select tenantry.begin_placing($1)', [initech]);
        await tx.query('release savepoint one');
        await tx.query('select tenantry.place_tenant($1, $2)', [initech, 'eu1']);
      }),
    );
    await expect(inSavepoint).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
    const byHand = asSystem(() =>
      pool.query('select tenantry.place_tenant($1, $2)', [initech, 'eu1']),
    );
    await expect(byHand).rejects.toMatchObject({ code: 'STATEMENT_REFUSED' });
    // what was refused leaves nothing that costs other processes a question
    expect(await ask(shared, 'select from tenantry.placements')).toEqual([]);
    await placing('eu1');
    await placing('eu1');
    await expect(placing('eu2')).rejects.toMatchObject({ code: 'TENANT_PLACED' });
    expect(await ask(shared, 'select place, moving from tenantry.placements')).toEqual([
      { place: 'eu1', moving: false },
    ]);
  });

  it('loses no row of writers in other processes', async () => {
    const { open, shared, urls } = await world();
    const [pool, writer] = [open(), open()];
    await asSystem(() => newOrganization(pool));
    await ask(urls.get('eu1') as string, 'insert into organizations (id, slug) values ($1, $2)', [
      initech,
      'initech',
    ]);
    let written = 0;
    let before = 0;
    let placed = false;
    const writers = Array.from({ length: 4 }, async (_, i) => {
      while (!placed || written < 40) {
        // each leaves the shared tables empty in its own transaction, so that placing may succeed
        const late = placed;
        await tenancy.run(initech, () =>
          writer.transaction(async (tx) => {
            const { rows } = await tx.query('select current_database() as name', []);
            const here = (rows[0] as { name: string }).name;
            await tx.query('insert into items (organization_id, title) values ($1, $2)', [
              initech,
              `${here} ${i}`,
            ]);
            const isShared = new URL(shared).pathname === `/${here}`;
            expect(late && isShared).toBe(false);
            if (isShared) {
              await tx.query('delete from items', []);
              before++;
            } else written++;
          }),
        );
      }
    });
    await expect.poll(() => before).toBeGreaterThan(4);
    try {
      await asSystem(() => feature.place(pool, { organizationId: initech, place: 'eu1' }));
    } finally {
      placed = true;
      written += 40;
    }
    written -= 40;
    await Promise.all(writers);
    const rows = (url: string) =>
      ask(url, 'select title from items where organization_id = $1', [initech]);
    expect(await rows(shared)).toEqual([]);
    expect(await rows(urls.get('eu1') as string)).toHaveLength(written);
  });
});

describe('tenantry places', () => {
  it('refuses the shared database as the first place too, and marks nothing', async () => {
    const { shared } = await places();
    const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
    const { stderr } = await runCommand(config, ['places', 'add', 'eu1', '--url', shared]);
    expect(stderr).toContain('PLACE_TAKEN');
    expect(await ask(shared, 'select from tenantry.here')).toEqual([]);
    expect(await ask(shared, 'select from tenantry.places')).toEqual([]);
  });

  it('says what is wrong with --url', async () => {
    const { shared } = await places();
    const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
    const add = async (url: string) =>
      (await runCommand(config, ['places', 'add', 'eu1', '--url', url])).stderr;
    expect(await add('postgres://nobody@127.0.0.1:1/none')).toContain('PLACE_UNAVAILABLE');
    expect(await add('not a url')).toContain('PLACE_UNAVAILABLE');
    const { url } = await testDatabase();
    expect(await add(url)).toContain('Run your migrations in that database first');
    const fresh = await emptyDatabase();
    const { app } = await createLogins(fresh.url, tenancy);
    expect(await add(app)).toContain('Name the login that migrates');
    expect(await ask(shared, 'select from tenantry.places')).toEqual([]);
  });

  it('adds a database, and refuses one that is a place already or has one', async () => {
    const { shared } = await places();
    const fresh = await emptyDatabase();
    const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
    const add = (name: string, url: string) =>
      runCommand(config, ['places', 'add', name, '--url', url]);
    expect(await add('eu1', fresh.url)).toMatchObject({ code: 0 });
    expect(await add('eu1', fresh.url)).toMatchObject({ code: 0 });
    expect((await add('eu2', fresh.url)).stderr).toContain('PLACE_TAKEN');
    expect((await add('eu2', shared)).stderr).toContain('PLACE_TAKEN');
    const second = await emptyDatabase();
    expect((await add('eu1', second.url)).stderr).toContain('PLACE_TAKEN');
    expect(await ask(second.url, 'select from tenantry.here')).toEqual([]);
    expect((await add('Eu', fresh.url)).code).toBe(2);
    // `tenants move --to shared` means the shared tables
    expect((await add('shared', fresh.url)).code).toBe(2);
    const list = await runCommand(config, ['places', 'list', '--json']);
    expect(JSON.parse(list.stdout)).toEqual([{ name: 'eu1', schema: null, tenants: 0 }]);
  });
});
