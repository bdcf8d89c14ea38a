import type { TenantPool } from '@tenantry/core';
import { runCommand } from 'tenantry';
import { afterEach, expect, it } from 'vitest';
import { ask } from '../support/world.ts';
import { acme, asOwner, globex, places, tenancy } from './world.ts';

const opened: TenantPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

async function world(...names: string[]) {
  const made = await places(...names);
  const pool = made.open();
  opened.push(pool);
  await made.tenant(acme, 'acme');
  return { ...made, pool };
}

it('refuses in words what cannot be moved, and nothing is left of it', async () => {
  const { pool, move, urlOf, urls, owners, rowsAt, routes } = await world('eu1', 'eu2');
  const eu1 = urlOf('eu1');
  const before = await rowsAt(null, acme);
  const refusals: [string, string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['PLACE_UNKNOWN', 'nowhere', () => Promise.resolve(), () => Promise.resolve()],
    [
      'MOVE_REFUSED',
      'organizations_slug_unique',
      () => ask(eu1, "insert into organizations (id, slug) values ($1, 'acme')", [globex]),
      () => ask(eu1, 'delete from organizations where id = $1', [globex]),
    ],
    [
      'MOVE_REFUSED',
      'grant set on parameter session_replication_role to placements_bare',
      async () => {
        await ask(
          eu1,
          `do $$ begin
          create role placements_bare login password 'test';
        exception when duplicate_object or unique_violation then null; end $$`,
        );
        await ask(eu1, 'grant placements_system to placements_bare');
        owners.set('eu1', 'placements_bare');
      },
      async () => owners.delete('eu1'),
    ],
    [
      'MOVE_REFUSED',
      'the columns of items differ',
      () => ask(eu1, 'alter table items add column more text'),
      () => ask(eu1, 'alter table items drop column more'),
    ],
    [
      'MOVE_REFUSED',
      'the place eu1 has no table notes',
      () => ask(eu1, 'alter table notes rename to remarks'),
      () => ask(eu1, 'alter table remarks rename to notes'),
    ],
    [
      'MOVE_REFUSED',
      'the place eu1 has rows of the tenant in items',
      async () => {
        await ask(eu1, "insert into organizations (id, slug) values ($1, 'acme')", [acme]);
        await ask(
          eu1,
          "insert into items (organization_id, id, title) values ($1, gen_random_uuid(), 'x')",
          [acme],
        );
      },
      () => ask(eu1, 'delete from items'),
    ],
    [
      'MOVE_REFUSED',
      'the row of the tenant in organizations differs',
      () => ask(eu1, "update organizations set slug = 'other'"),
      () => ask(eu1, "update organizations set slug = 'acme'"),
    ],
    [
      'MOVE_REFUSED',
      'lacks rows that items_kind_kinds_id_fk of items refers to',
      () => ask(eu1, 'delete from kinds'),
      () => ask(eu1, "insert into kinds values (1, 'usual')"),
    ],
    [
      'MOVE_REFUSED',
      'featured_note_fkey of featured refers to rows of tenants, and placements_system may not read it',
      () => ask(urlOf(null), 'create table featured (note uuid references notes (id))'),
      () => ask(urlOf(null), 'grant select on featured to placements_system'),
    ],
    [
      'MOVE_REFUSED',
      'a row of featured that stays refers to a row of the tenant (featured_note_fkey)',
      () =>
        ask(
          urlOf(null),
          'insert into featured select n.id from notes n join items i on i.id = n.item_id where i.organization_id = $1 limit 1',
          [acme],
        ),
      () =>
        ask(
          urlOf(null),
          // a note of another tenant is in nobody's way
          'update featured set note = (select n.id from notes n join items i on i.id = n.item_id where i.organization_id = $1 limit 1)',
          [globex],
        ),
    ],
    [
      'MOVE_DIFFERS',
      'items (10 and 10 rows)',
      () =>
        ask(
          eu1,
          `create function public.change() returns trigger language plpgsql as 'begin new.title := ''changed''; return new; end';
           create trigger change before insert on items for each row execute function public.change();
           alter table items enable always trigger change`,
        ),
      () => ask(eu1, 'drop function public.change() cascade'),
    ],
    [
      'MOVE_INTERRUPTED',
      'the place eu1: could not extend file: No space left on device (53100)',
      () =>
        ask(
          eu1,
          `create function public.full() returns trigger language plpgsql as
             'begin raise exception using errcode = ''53100'', message = ''could not extend file: No space left on device''; end';
           create trigger full_disk before insert on items for each row execute function public.full();
           alter table items enable always trigger full_disk`,
        ),
      () => ask(eu1, 'drop function public.full() cascade'),
    ],
    [
      'PLACE_UNAVAILABLE',
      'leads to the database eu2',
      async () => {
        const [one, two] = [urls.get('eu1') as string, urls.get('eu2') as string];
        urls.set('eu1', two).set('eu2', one);
      },
      async () => {
        const [one, two] = [urls.get('eu1') as string, urls.get('eu2') as string];
        urls.set('eu1', two).set('eu2', one);
      },
    ],
    [
      'PLACE_UNAVAILABLE',
      'no connection',
      async () => urls.set('eu1', 'postgres://nobody@127.0.0.1:1/none'),
      async () => urls.set('eu1', eu1),
    ],
  ];
  for (const [code, words, breakIt, mendIt] of refusals) {
    await breakIt();
    const to = code === 'PLACE_UNKNOWN' ? 'nowhere' : 'eu1';
    const error = await move(pool, acme, to).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    await mendIt();
    expect(error, words).toMatchObject({ code });
    expect(error?.message).toContain(words);
    expect([words, await rowsAt(null, acme)]).toEqual([words, before]);
    expect([words, (await rowsAt('eu1', acme)).items]).toEqual([words, []]);
    expect([words, await routes()]).toEqual([words, []]);
    expect([words, await ask(urlOf(null), 'select from tenantry.moves')]).toEqual([words, []]);
  }
  await move(pool, acme, 'eu1');
  expect(await rowsAt('eu1', acme)).toEqual(before);
});

it('refuses a second mover, a placing, another place and a long transaction', async () => {
  const { pool, move, undo, placements, shared, tenant, urlOf, rowsAt, asSystem, moving } =
    await world('eu1', 'eu2');
  await tenant(globex, 'globex', 1);
  // a mover that is alive
  await asSystem(() =>
    pool.transaction(async (tx) => {
      await tx.query('select tenantry.hold_move($1)', [acme]);
      for (const second of [() => move(pool, acme, 'eu1'), () => undo(pool, acme)])
        await expect(second()).rejects.toMatchObject({ code: 'TENANT_MOVING' });
      await expect(
        placements.place(pool, { organizationId: acme, place: 'eu1' }),
      ).rejects.toMatchObject({ code: 'TENANT_MOVING' });
    }),
  );
  // one that was killed before it copied
  await asSystem(() => pool.query('select tenantry.begin_move($1, $2)', [acme, 'eu1']));
  await expect(move(pool, acme, 'eu2')).rejects.toMatchObject({ code: 'MOVE_UNFINISHED' });
  await expect(
    asSystem(() => placements.place(pool, { organizationId: acme, place: 'eu1' })),
  ).rejects.toMatchObject({ code: 'TENANT_MOVING' });
  expect(await undo(pool, acme)).toBe(true);
  expect(await undo(pool, acme)).toBe(false);
  // a fleet migration
  await asSystem(async () => {
    const { pool: other } = moving(pool, acme);
    await other.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1, 0)', [0x6d696772]);
      await expect(move(pool, acme, 'eu1')).rejects.toMatchObject({ code: 'FLEET_LOCKED' });
    });
  });
  // a transaction of the tenant that does not end
  const { moveTenant } = await import('../../src/move/move-tenant.ts');
  const writer = pool;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let began = () => {};
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const holding = tenancy.run(acme, () =>
    writer.transaction(async (tx) => {
      await tx.query('select 1');
      began();
      await held;
    }),
  );
  await begun;
  await expect(
    asSystem(() => moveTenant({ ...moving(pool, acme), waitMs: 50 }, 'eu1')),
  ).rejects.toMatchObject({ code: 'MOVE_BLOCKED' });
  release();
  await holding;
  expect(await ask(shared, 'select from tenantry.moves')).toEqual([]);
  expect(await ask(shared, 'select from tenantry.placements')).toEqual([]);
  expect((await rowsAt('eu1', acme)).items).toEqual([]);
  expect((await rowsAt(null, acme)).items).toHaveLength(10);
  expect(urlOf(null)).toBe(shared);
});

it('takes back the row of the tenant too, unless it was there before', async () => {
  const { pool, undo, urlOf, shared, move } = await world('eu1');
  const eu1 = urlOf('eu1');
  const own = () => ask(eu1, 'select slug from organizations');
  // killed before the route was changed, and before anything could be taken back
  for (const [url, event, table] of [
    [shared, 'insert', 'tenantry.placements'],
    [eu1, 'delete', 'items'],
  ] as const)
    await ask(
      url,
      `create function public.stop() returns trigger language plpgsql as 'begin raise exception ''stop''; end';
       create trigger stop before ${event} on ${table} for each row execute function public.stop();
       alter table ${table} enable always trigger stop`,
    );
  const halfMove = async () => {
    await ask(eu1, 'alter table items enable always trigger stop');
    await expect(move(pool, acme, 'eu1')).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
    expect(await own()).toEqual([{ slug: 'acme' }]);
    await ask(eu1, 'alter table items disable trigger stop');
  };
  await halfMove();
  expect(await undo(pool, acme)).toBe(true);
  expect(await own()).toEqual([]);
  await ask(eu1, "insert into organizations (id, slug) values ($1, 'acme')", [acme]);
  await halfMove();
  expect(await undo(pool, acme)).toBe(true);
  expect(await own()).toEqual([{ slug: 'acme' }]);
});

it('does not erase what system work has written at the source after the move', async () => {
  const { pool, move, shared, rowsAt, undo } = await world('eu1');
  // killed after the route was changed
  await ask(
    shared,
    `create function public.stop() returns trigger language plpgsql as 'begin raise exception ''stop''; end'`,
  );
  await ask(
    shared,
    'create trigger stop before delete on tenantry.moves for each row execute function public.stop()',
  );
  await expect(move(pool, acme, 'eu1')).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
  await ask(shared, 'drop function public.stop() cascade');
  await expect(undo(pool, acme)).rejects.toMatchObject({ code: 'MOVE_UNFINISHED' });
  await ask(
    shared,
    "insert into items (organization_id, id, title) values ($1, gen_random_uuid(), 'late')",
    [acme],
  );
  await expect(move(pool, acme, 'eu1')).rejects.toMatchObject({ code: 'MOVE_DIFFERS' });
  expect((await rowsAt(null, acme)).items).toHaveLength(1);
  await ask(shared, "delete from items where title = 'late'");
  expect(await move(pool, acme, 'eu1')).toMatchObject({ to: 'eu1', rows: 22 });
  expect((await rowsAt('eu1', acme)).items).toHaveLength(10);
});

it('leaves a suspended tenant suspended, and moves none that is erased', async () => {
  const { pool, move, shared, asSystem } = await world('eu1');
  const route = () => ask(shared, 'select place, moving, suspended_for from tenantry.placements');
  await asSystem(() => pool.query('select tenantry.suspend_tenant($1, $2)', [acme, 'unpaid']));
  await move(pool, acme, 'eu1');
  expect(await route()).toEqual([{ place: 'eu1', moving: false, suspended_for: 'unpaid' }]);
  await move(pool, acme, null);
  expect(await route()).toEqual([{ place: null, moving: false, suspended_for: 'unpaid' }]);
  await asSystem(() => pool.query('select tenantry.begin_erasure($1)', [acme]));
  await expect(move(pool, acme, 'eu1')).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  // an erasure looks for a move after that
  await ask(shared, 'update tenantry.placements set erasure = null');
  await asSystem(() => pool.query('select tenantry.begin_move($1, $2)', [acme, 'eu1']));
  await expect(
    asSystem(() => pool.query('select tenantry.refuse_moving($1)', [acme])),
  ).rejects.toMatchObject({ code: 'TENANT_MOVING' });
});

it('is a command', async () => {
  const { shared, placements, rowsAt, urlOf } = await world('eu1');
  const config = {
    tenancy,
    features: [placements],
    database: { url: shared, systemUrl: shared, migrationUrl: asOwner(shared) },
  };
  const run = (...words: string[]) => runCommand(config, ['tenants', 'move', ...words]);
  expect(await run(acme)).toMatchObject({ code: 2 });
  expect((await run(acme, '--to', 'eu1')).stdout).toMatch(/It lives in eu1 now: 22 rows/);
  expect((await rowsAt('eu1', acme)).items).toHaveLength(10);
  expect((await run(acme, '--to', 'eu1')).stdout).toContain('It lives in eu1 already.');
  expect((await run('acme', '--undo')).stdout).toContain('No move was begun.');
  expect((await run('nobody', '--to', 'eu1')).stderr).toContain('TENANT_NOT_FOUND');
  expect(JSON.parse((await run(acme, '--to', 'shared', '--json')).stdout)).toMatchObject({
    from: 'eu1',
    to: 'shared',
  });
  expect(await ask(urlOf('eu1'), 'select from organizations')).toEqual([]);
});
