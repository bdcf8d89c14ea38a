import { fenceClass } from '@tenantry/core/sql';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, it } from 'vitest';
import { acme, globex, rewindable } from '../support/rewinds.ts';

const seed = `
  insert into projects (organization_id, id, name, price, details, token, email) values
    ('${acme}', 1, 'One', 1.50, '{"a": [1, 2.0]}', 'secret', 'ada@acme.example'), ('${acme}', 2, 'Two', null, null, null, null);
  insert into tasks (organization_id, id, project_id, parent_id, title) values
    ('${acme}', 1, 1, null, 'a'), ('${acme}', 2, 1, 1, 'b'), ('${acme}', 3, 2, null, 'c');
  insert into marks values ('${acme}', 1, 'x', 1), ('${acme}', 2, 'y, "z"', 2);
`;

describe('a rewind by the log', () => {
  it('shows what differs, writes nothing, then brings the rows back and logs it', async () => {
    const { ask, now, rows, rewind } = await rewindable();
    await ask(seed);
    const before = await rows();
    const to = await now();
    await ask(`
      update projects set name = 'Uno', price = 1.5, details = '{"a": [1, 2.00]}' where id = 1;
      insert into projects (organization_id, id, name) values ('${acme}', 3, 'Three');
      update tasks set project_id = 3 where id = 3;
      delete from marks where task_id = 2;
      delete from tasks where id = 2;
      delete from projects where id = 2;
    `);
    const theirs = await rows(globex);
    const after = await rows();
    const shown = await rewind({ source: { to } });
    expect(shown).toMatchObject({ refused: [], warnings: [], applied: false });
    expect(
      shown.tables.map(({ table, inserted, updated, deleted }) => [
        table,
        inserted,
        updated,
        deleted,
      ]),
    ).toEqual([
      ['public.projects', 1, 1, 1],
      ['public.tasks', 1, 1, 0],
      ['public.marks', 1, 0, 0],
    ]);
    expect(shown.tables[0]?.rows[0]).toEqual({
      change: 'update',
      key: { id: '1' },
      columns: {
        name: { now: 'Uno', was: 'One' },
        price: { now: '1.5', was: '1.50' },
        details: { now: '{"a": [1, 2.00]}', was: '{"a": [1, 2.0]}' },
      },
    });
    expect(shown.tables[0]?.kept).toEqual(['seen_at', 'token']);
    expect(shown.left).toEqual([
      { table: 'public.organizations', why: 'the tenant itself' },
      { table: 'public.audit_logs', why: 'of a package' },
      { table: 'public.views', why: 'not audited' },
    ]);
    expect(await rows()).toEqual(after);
    const applied = await rewind({ source: { to }, apply: shown.digest.slice(0, 12) });
    expect(applied.applied).toBe(true);
    expect(await rows()).toEqual(before);
    expect(await rows(globex)).toEqual(theirs);
    const logged = await ask(
      "select distinct actor_type, actor_id, reason from audit_logs where reason like 'rewound%'",
    );
    expect(logged).toEqual([
      { actor_type: 'system', actor_id: 'Olga', reason: `rewound to ${to}` },
    ]);
    // and back again: what it wrote is in the log
    const undone = await rewind({ source: { to: await now() } });
    expect(undone.tables).toEqual([]);
  });

  it('writes nothing but what was shown, nor while somebody works', async () => {
    const { url, ask, now, rows, rewind } = await rewindable();
    await ask(seed);
    const to = await now();
    await ask('delete from marks where task_id = 1');
    const { digest } = await rewind({ source: { to } });
    await ask("update tasks set title = 'later' where id = 1");
    const rowsNow = await rows();
    for (const apply of [digest, 'cafe', ''])
      await expect(rewind({ source: { to }, apply })).rejects.toMatchObject({
        code: 'REWIND_CHANGED',
      });
    const fresh = await rewind({ source: { to } });
    await withClient(url, async (tenant) => {
      await tenant.query('begin');
      await tenant.query(`select pg_advisory_xact_lock_shared(${fenceClass}, hashtext($1))`, [
        acme,
      ]);
      await expect(
        rewind({ source: { to }, apply: fresh.digest, waitMs: 50 }),
      ).rejects.toMatchObject({ code: 'REWIND_CHANGED' });
    });
    // system work passes the fence
    await withClient(url, async (system) => {
      await system.query('begin');
      await system.query("update tasks set title = 'system' where id = 1");
      const rewound = rewind({ source: { to }, apply: fresh.digest });
      const refused = expect(rewound).rejects.toMatchObject({ code: 'REWIND_CHANGED' });
      await expect.poll(() => ask(waiting)).toHaveLength(1);
      await system.query('commit');
      await refused;
    });
    expect(await rows()).toEqual({
      ...rowsNow,
      tasks: rowsNow.tasks?.map((row) => String(row).replace('later', 'system')),
    });
  });

  it('takes a transaction back as a whole, and rows that triggers wrote before its statement ended', async () => {
    const { url, ask, now, rows, apply } = await rewindable();
    await ask(`${seed}
      create function again() returns trigger language plpgsql as $$ begin
        update projects set name = name || '!' where id = new.id and name not like '%!'; return null; end $$;
      create trigger again after insert on projects for each row execute function again();`);
    const before = await rows();
    const to = await withClient(url, async (client) => {
      await client.query('begin');
      await client.query("update tasks set title = 'half' where id = 1");
      const moment = await now();
      await client.query(
        `insert into projects (organization_id, id, name) values ('${acme}', 5, 'Five')`,
      );
      await client.query(
        'update projects set id = case id when 1 then 2 else 1 end where id in (1, 2) and false',
      );
      await client.query('commit');
      return moment;
    });
    await apply({ source: { to } });
    expect(await rows()).toEqual(before);
  });
});

const waiting = `select 1 from pg_stat_activity where datname = current_database()
  and wait_event_type = 'Lock' and query ~ 'for update of t'`;
