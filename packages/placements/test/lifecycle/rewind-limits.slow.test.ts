import { describe, expect, it } from 'vitest';
import { acme, rewindable } from '../support/rewinds.ts';

const seed = `
  insert into projects (organization_id, id, name, price, details, token, email) values
    ('${acme}', 1, 'One', 1.50, '{"a": [1, 2.0]}', 'secret', 'ada@acme.example'), ('${acme}', 2, 'Two', null, null, null, null);
  insert into tasks (organization_id, id, project_id, parent_id, title) values
    ('${acme}', 1, 1, null, 'a'), ('${acme}', 2, 1, 1, 'b'), ('${acme}', 3, 2, null, 'c');
  insert into marks values ('${acme}', 1, 'x', 1), ('${acme}', 2, 'y, "z"', 2);
`;

describe('a rewind by the log', () => {
  it('keeps what the log does not have, and refuses a row that needs it', async () => {
    const { ask, now, rows, rewind, apply } = await rewindable();
    await ask(`${seed} update projects set seen_at = '2026-01-01Z';`);
    const to = await now();
    await ask("update projects set name = repeat('x', 9000), token = 'other' where id = 1");
    await ask('delete from tasks where id = 3; delete from projects where id = 2');
    await ask("update projects set seen_at = '2026-02-02Z' where id = 1");
    await apply({ source: { to } });
    expect(
      await ask(
        'select id, name, token, seen_at::date::text as seen from projects where id < 9 order by id',
      ),
    ).toEqual([
      { id: 1, name: 'One', token: 'other', seen: '2026-02-02' },
      { id: 2, name: 'Two', token: null, seen: null },
    ]);
    const early = await now();
    await ask(
      "update projects set name = 'short' where id = 1; update projects set name = repeat('y', 9000) where id = 1",
    );
    const long = await now();
    await ask("update projects set name = 'short' where id = 1");
    // of the long one only the size is in the log, of what was before all
    const [shown] = (await rewind({ source: { to: long } })).tables;
    expect(shown).toBeUndefined();
    await apply({ source: { to: early } });
    expect(await ask('select name from projects where id = 1')).toEqual([{ name: 'One' }]);
    await ask(
      `update projects set seen_at = '2026-02-02Z'; alter table projects alter column seen_at set not null`,
    );
    const gone = await now();
    await ask('delete from tasks where project_id = 2; delete from projects where id = 2');
    const now_ = await rows();
    const refused = await rewind({ source: { to: gone } });
    expect(refused.refused).toEqual([
      'a row of public.projects comes back without seen_at, which has no default and is not in the log',
    ]);
    await expect(rewind({ source: { to: gone }, apply: refused.digest })).rejects.toMatchObject({
      code: 'REWIND_REFUSED',
    });
    expect(await rows()).toEqual(now_);
  });

  it('refuses what the log cannot know', async () => {
    const { ask, now, rewind } = await rewindable();
    const old = await now();
    await ask(seed);
    const to = await now();
    const refusals = async (sql: string, back: string, at = to, without: string[] = []) => {
      await ask(sql);
      const { refused } = await rewind({ source: { to: at }, without });
      await ask(back);
      return refused;
    };
    expect(await refusals('', '')).toEqual([]);
    expect(await refusals('', '', '2099-01-01T00:00Z')).toEqual(['the moment has not come yet']);
    expect(
      await refusals(
        `set session_replication_role = replica; update tasks set title = 'unseen' where id = 1;
         set session_replication_role = origin; update tasks set title = 'seen' where id = 1`,
        '',
        old,
      ),
    ).toEqual([
      '1 rows of public.tasks are not what the log says of them (written without triggers?)',
      expect.stringContaining('to a row of public.projects that was not there then'),
    ]);
    expect(await refusals('', '', old, ['public.tasks', 'public.marks'])).toEqual([
      expect.stringMatching('refers by .* to a row of public.projects that was not there then'),
    ]);
    expect(
      await refusals(
        `insert into tenantry.imports values ('${acme}')`,
        'delete from tenantry.imports',
      ),
    ).toEqual(['the tenant was imported here since, without entries']);
    expect(
      await refusals(
        `insert into tenantry.audit_failures (table_name, operation, sqlstate) values ('tasks', 'UPDATE', '22000')`,
        'delete from tenantry.audit_failures',
      ),
    ).toEqual(['a capture of public.tasks has failed since, and left no entry']);
    expect(
      await refusals(
        `insert into tenantry.audit_seals select '${acme}', 1, to_char(now(), 'YYYY-MM'), 0, 1, 1, 1, '', null, '', now(), '{}', '';
         insert into tenantry.audit_retirements (tenant, number, reason) values ('${acme}', 1, 'retention')`,
        `set session_replication_role = replica; alter table tenantry.audit_retirements disable trigger all;
         alter table tenantry.audit_seals disable trigger all;
         delete from tenantry.audit_retirements; delete from tenantry.audit_seals`,
      ),
    ).toEqual([expect.stringMatching(/^entries of \d{4}-\d\d were deleted by retention$/)]);
    await ask('truncate marks');
    const { refused } = await rewind({ source: { to } });
    expect(refused).toEqual(['public.marks was emptied by TRUNCATE, whose rows are in no entry']);
    expect((await rewind({ source: { to }, without: ['public.marks'] })).refused).toEqual([]);
    await expect(rewind({ source: { to }, without: ['public.nothing'] })).rejects.toMatchObject({
      code: 'REWIND_REFUSED',
    });
  });

  it('leaves tables that are audited only since later, and says what is not certain', async () => {
    const { ask, now, rewind } = await rewindable();
    const before = await now();
    await ask(`${seed} update tenantry.captures set since = clock_timestamp()`);
    const { left, tables } = await rewind({ source: { to: before } });
    expect(tables).toEqual([]);
    expect(left).toContainEqual({ table: 'public.tasks', why: 'audited only since later' });
    const to = await now();
    await ask(
      'update tenantry.captures set since = clock_timestamp(); delete from marks where task_id = 1',
    );
    const { tables: found, warnings } = await rewind({ source: { to } });
    expect(found).toHaveLength(1);
    expect(warnings).toHaveLength(3);
  });

  it('rolls back when a trigger writes something else, and shows no value of a person', async () => {
    const { ask, now, rows, rewind } = await rewindable();
    await ask(`${seed}
      create function stamp() returns trigger language plpgsql as $$ begin new.name := new.name || '?'; return new; end $$`);
    const to = await now();
    await ask("update projects set name = 'x', email = 'eve@acme.example' where id = 1");
    await ask(
      'create trigger stamp before update on projects for each row execute function stamp()',
    );
    const before = await rows();
    const { digest, tables } = await rewind({ source: { to } });
    expect(tables[0]?.rows[0]?.columns).toEqual({
      name: { now: 'x', was: 'One' },
      email: 'hidden',
    });
    await expect(rewind({ source: { to }, apply: digest })).rejects.toMatchObject({
      code: 'REWIND_DIFFERS',
    });
    expect(await rows()).toEqual(before);
    const without = ['public.projects.name'];
    const less = await rewind({ source: { to }, without });
    await rewind({ source: { to }, without, apply: less.digest });
    expect(await ask('select name, email from projects where id = 1')).toEqual([
      { name: 'x?', email: 'ada@acme.example' },
    ]);
  });
});
