import { createHmac } from 'node:crypto';
import { createLogins, withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/lifecycle/client.ts';
import { eraseEverywhere } from '../../src/lifecycle/erase/erase-everywhere.ts';
import { type EraseOptions, eraseTenant } from '../../src/lifecycle/erase/erase-tenant.ts';
import { tenantTables } from '../../src/rows/index.ts';
import {
  acme,
  ada,
  ask,
  bob,
  emptyDatabase,
  featureOf,
  globex,
  places,
  tenancy,
} from '../support/world.ts';

const rows = `
  create table folders (id int primary key, organization_id uuid not null, parent_id int references folders);
  create table files (id int primary key, folder_id int not null references folders);
  create table pages (file_id int not null references files, number int);
  create table teams (id int primary key, organization_id uuid not null, lead_id int);
  create table staff (id int primary key, organization_id uuid not null, team_id int not null references teams);
  alter table teams add foreign key (lead_id) references staff;
  insert into organizations values ('${acme}', 'acme'), ('${globex}', 'globex');
  insert into users values ('${ada}', 'ada@acme.example'), ('${bob}', 'bob@globex.example');
  insert into memberships values ('${acme}', '${ada}'), ('${globex}', '${bob}'), ('${acme}', '${bob}');
  insert into folders values (1, '${acme}', null), (2, '${acme}', 1), (3, '${globex}', null);
  insert into files values (1, 2), (2, 3);
  insert into pages values (1, 1), (1, 2), (2, 1);
  insert into teams values (1, '${acme}', null), (2, '${globex}', null);
  insert into staff values (1, '${acme}', 1), (2, '${globex}', 2);
  update teams set lead_id = id;
`;

async function filled(sql = '') {
  const { url } = await emptyDatabase();
  await ask(url, rows + sql);
  return url;
}

const options = { tenancy, tenant: acme, by: 'Olga' } satisfies EraseOptions;
const erase = (url: string, more: Partial<EraseOptions> = {}) =>
  withClient(url, (client) => eraseTenant(client, { ...options, ...more }));

/** How many rows a tenant has, and a picture of everything else. */
const left = (url: string) =>
  withClient(url, async (client) => {
    const { tables } = await tenantTables(client, tenancy);
    const count: Record<string, [own: number, all: number]> = {};
    for (const { name, from, condition } of tables) {
      const { rows: found } = await client.query(
        `select (select count(*)::int from ${from} where ${condition}) as own, (select count(*)::int from ${from}) as whole`,
        [acme],
      );
      count[name] = [found[0].own, found[0].whole];
    }
    return count;
  });
const nothing = {
  organizations: [0, 1],
  users: [0, 2],
  folders: [0, 1],
  items: [0, 0],
  memberships: [0, 1],
  teams: [0, 1],
  staff: [0, 1],
  files: [0, 1],
  pages: [0, 1],
};

describe('erase', () => {
  it('leaves no row of the tenant in any table, and every row of others', async () => {
    const url = await filled();
    const kept = await erase(url);
    expect(await left(url)).toEqual(nothing);
    const certificate = JSON.parse(kept?.certificate ?? '');
    expect(certificate).toMatchObject({ tenant: acme, erasedBy: 'Olga' });
    expect(
      Object.fromEntries(
        certificate.tables.map((each: { table: string; rows: number }) => [each.table, each.rows]),
      ),
    ).toEqual({
      'public.organizations': 1,
      'public.memberships': 2,
      'public.folders': 2,
      'public.files': 1,
      'public.pages': 2,
      'public.teams': 1,
      'public.staff': 1,
    });
    expect(kept?.certificate).not.toContain('ada@');
  });

  it('erases people of no other tenant when it is asked to', async () => {
    const url = await filled();
    const kept = await erase(url, { people: true });
    expect(await ask(url, 'select id from users')).toEqual([{ id: bob }]);
    expect(kept?.certificate).toContain('public.users');
  });

  it('follows triggers that keep a history of what is deleted', async () => {
    const url = await filled(`
      create table history (id int generated always as identity primary key, organization_id uuid not null, what text);
      create function remember() returns trigger language plpgsql as
        'begin insert into public.history (organization_id, what) values (old.organization_id, tg_table_name); return null; end';
      create trigger remember after delete on memberships for each row execute function remember();
      create constraint trigger late after delete on folders deferrable initially deferred for each row execute function remember();
      create function remember_tenant() returns trigger language plpgsql as
        'begin insert into public.history (organization_id, what) values (old.id, ''gone''); return null; end';
      create trigger remember after delete on organizations for each row execute function remember_tenant();
    `);
    await erase(url);
    expect(await left(url)).toEqual({ ...nothing, history: [0, 0] });
  });

  it('gives up when a trigger writes without end, and erases nothing', async () => {
    const url = await filled(`
      create table phoenix (organization_id uuid not null);
      insert into phoenix values ('${acme}');
      create function again() returns trigger language plpgsql as
        'begin insert into public.phoenix values (old.organization_id); return null; end';
      create trigger again after delete on phoenix for each row execute function again();
    `);
    await expect(erase(url)).rejects.toMatchObject({ code: 'ERASE_INCOMPLETE' });
    expect((await left(url)).organizations).toEqual([1, 2]);
  });

  it('counts afterwards: a trigger may keep rows without a word', async () => {
    const url = await filled(`
      create function keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger keep before delete on pages for each row execute function keep();
      alter table pages drop constraint pages_file_id_fkey;
      create table kept (organization_id uuid);
      insert into kept values ('${acme}');
      create trigger keep before delete on kept for each row execute function keep();
    `);
    await expect(erase(url)).rejects.toMatchObject({ code: 'ERASE_INCOMPLETE' });
    expect((await left(url)).organizations).toEqual([1, 2]);
  });

  it('keeps a person who becomes a member of another tenant meanwhile', async () => {
    const url = await filled(
      'alter table memberships add foreign key (user_id) references users on delete cascade;',
    );
    await withClient(url, async (busy) => {
      await busy.query('begin');
      await busy.query('insert into memberships values ($1, $2)', [globex, ada]);
      const erasing = erase(url, { people: true });
      await expect
        .poll(() =>
          ask(
            url,
            'select 1 from pg_stat_activity where wait_event_type = $1 and datname = current_database()',
            ['Lock'],
          ),
        )
        .toHaveLength(1);
      await busy.query('commit');
      await erasing;
    });
    expect(
      await ask(url, 'select user_id from memberships where user_id = $1', [ada]),
    ).toHaveLength(1);
    expect(await ask(url, 'select id from users where id = $1', [ada])).toHaveLength(1);
  });

  it('refuses while a row of somebody else refers to the tenant', async () => {
    const url = await filled(
      `create table referrals (id int primary key, by uuid references organizations); insert into referrals values (1, '${acme}')`,
    );
    await expect(erase(url)).rejects.toMatchObject({
      code: 'TENANT_REFERENCED',
      message: expect.stringContaining('referrals'),
    });
    expect((await left(url)).folders).toEqual([2, 3]);
  });

  it('is whole or not at all, wherever its connection is lost, and may be repeated', async () => {
    const url = await filled();
    let lost = 0;
    for (let at = 3; ; at += 12) {
      const cut = withClient(url, (client) => {
        let sent = 0;
        const query = (...args: unknown[]) => {
          // as the end of the process: the server sees a closed connection
          if (++sent === at)
            (
              client as unknown as { connection: { stream: { destroy(): void } } }
            ).connection.stream.destroy();
          return (client.query as (...all: unknown[]) => unknown).apply(client, args);
        };
        return eraseTenant({ query } as unknown as Session, options);
      });
      const done = await cut.then(
        () => true,
        () => false,
      );
      if (done) break;
      lost++;
      await expect.poll(async () => (await left(url)).organizations).toEqual([1, 2]);
      expect(await ask(url, 'select from tenantry.erasures')).toEqual([]);
    }
    expect(lost).toBeGreaterThan(2);
    expect(await left(url)).toEqual(nothing);
    const again = await erase(url);
    expect(again?.number).toBe(1);
    expect(await ask(url, 'select from tenantry.erasures')).toHaveLength(1);
  });

  it('waits for a transaction of the tenant', async () => {
    const url = await filled();
    await withClient(url, async (busy) => {
      await busy.query('begin');
      await busy.query('select pg_advisory_xact_lock_shared(1953395833, hashtext($1))', [acme]);
      await busy.query("insert into items (organization_id, title) values ($1, 'late')", [acme]);
      const erasing = erase(url);
      await expect
        .poll(() =>
          ask(
            url,
            "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
          ),
        )
        .toHaveLength(1);
      await busy.query('commit');
      const kept = await erasing;
      expect(kept?.certificate).toContain('public.items');
    });
    expect(await left(url)).toEqual(nothing);
  });

  it('keeps certificates in a chain, signed when there is a key', async () => {
    const url = await filled();
    const first = await erase(url);
    const second = await erase(url, { tenant: globex, key: 'a secret' });
    expect([first?.number, first?.signature, second?.number]).toEqual([1, null, 2]);
    const signed = createHmac('sha256', 'a secret')
      .update(second?.certificate ?? '')
      .digest('hex');
    expect(second?.signature).toBe(signed);
    const [chain] = await ask(
      url,
      `select bool_and(hash = sha256(coalesce(before, '') || convert_to(certificate, 'UTF8'))) as whole
       from (select *, lag(hash) over (order by number) as before from tenantry.erasures) e`,
    );
    expect(chain).toEqual({ whole: true });
    const { system } = await createLogins(url, tenancy);
    const changed = withClient(system, async (client) => {
      await client.query('set role placements_system');
      await client.query('delete from tenantry.erasures');
    });
    await expect(changed).rejects.toThrow('permission denied');
  });
});

describe('erase of a tenant with a place', () => {
  it('erases both databases, and its id stays refused', async () => {
    const { shared, urls, open, route } = await places('eu1');
    await route(acme, 'eu1');
    const eu1 = urls.get('eu1') as string;
    const pool = open();
    try {
      const add = () =>
        tenancy.run(acme, () =>
          pool.query("insert into items (organization_id, title) values ($1, 'x')", [acme]),
        );
      await add();
      const certificates = await withClient(shared, (client) =>
        eraseEverywhere(client, (_, fn) => withClient(eu1, fn), options),
      );
      expect(certificates.map(({ certificate }) => JSON.parse(certificate).tables.length)).toEqual([
        3, 2,
      ]);
      await expect(add()).rejects.toMatchObject({ code: 'TENANT_SUSPENDED' });
      for (const url of [shared, eu1]) expect((await left(url)).organizations).toEqual([0, 1]);
      expect(
        await ask(shared, 'select tenant, place, suspended_for from tenantry.placements'),
      ).toEqual([{ tenant: acme, place: null, suspended_for: 'erased' }]);
    } finally {
      await pool.end();
    }
  });

  it('refuses another database than that of the tenant', async () => {
    const { shared, urls, route } = await places('eu1', 'eu2');
    await route(acme, 'eu1');
    const wrong = withClient(shared, (client) =>
      eraseEverywhere(client, (_, fn) => withClient(urls.get('eu2') as string, fn), options),
    );
    await expect(wrong).rejects.toMatchObject({ code: 'PLACE_UNAVAILABLE' });
    expect((await left(urls.get('eu2') as string)).organizations).toEqual([1, 2]);
  });
});

it('tenantry tenants erase wants the name twice, and prints the certificate', async () => {
  const { shared } = await places();
  const config = { tenancy, features: [featureOf(() => undefined)] };
  const run = (twice: string, name = 'acme') =>
    runCommand(config, [
      'tenants',
      'erase',
      name,
      '--yes-erase',
      twice,
      '--by',
      'Olga',
      '--url',
      shared,
      '--json',
    ]);
  expect((await run('globex')).code).toBe(2);
  expect((await left(shared)).organizations).toEqual([1, 2]);
  const { stdout } = await run('acme');
  expect(JSON.parse(JSON.parse(stdout)[0].certificate)).toMatchObject({
    tenant: acme,
    erasedBy: 'Olga',
  });
  expect(JSON.parse((await run(acme, acme)).stdout)).toEqual(JSON.parse(stdout));
  expect((await run('nobody', 'nobody')).stderr).toContain('TENANT_NOT_FOUND');
});
