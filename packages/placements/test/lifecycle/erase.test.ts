import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/lifecycle/client.ts';
import { eraseTenant } from '../../src/lifecycle/erase/erase-tenant.ts';
import { erase, filled, left, nothing, options } from '../support/erasures.ts';
import { acme, ada, ask, bob, globex } from '../support/world.ts';

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

  it('refuses a login that may grant the system role, and may not take it on', async () => {
    const url = await filled();
    const [{ older }] = (await ask(
      url,
      "select current_setting('server_version_num')::int < 160000 as older",
    )) as [{ older: boolean }];
    if (older) return; // a member may always take a role on there
    await ask(
      url,
      `create role placements_granting login password 'test';
       grant placements_system to placements_granting with inherit false, set false, admin true;
       grant execute on function tenantry.declared_tables() to placements_granting;
       grant usage on schema tenantry to placements_granting;`,
    );
    try {
      const own = new URL(url);
      own.username = 'placements_granting';
      own.password = 'test';
      await expect(erase(own.href)).rejects.toMatchObject({ code: 'TENANT_ROWS_HIDDEN' });
    } finally {
      await ask(url, 'drop owned by placements_granting; drop role placements_granting');
    }
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
});
