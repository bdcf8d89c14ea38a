import { defineIsolation } from '@tenantry/rls';
import { customType, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { type AuditEntry, audited, defineAudit } from '../src/index.ts';
import { actions, audit, auditLogs, organizations, tenancy } from './fixtures/schema.ts';
import { acme, ada, failure, globex, ownWorld, withClientOf } from './support/world.ts';

const { isolate } = defineIsolation(tenancy);
const holder = customType<{ data: string }>({ dataType: () => 'holder' });

const papers = pgTable(
  'papers',
  {
    ...tenancy.columns.scoped(),
    id: text().notNull(),
    content: holder(),
    secret: text(),
    email: text(),
  },
  (t) => [...isolate(t, { key: [t.id] }), ...audited(t, { mask: ['secret'], personal: ['email'] })],
);

/** Three columns make the key, and one of them alone makes the id. */
const grants = pgTable(
  'grants',
  {
    ...tenancy.columns.scoped(),
    userId: uuid('user_id').notNull(),
    projectId: integer('project_id').notNull(),
    role: text().notNull(),
    note: text(),
  },
  (t) => [...isolate(t, { key: [t.userId, t.projectId, t.role] }), ...audited(t, { id: 'userId' })],
);
const shares = pgTable(
  'shares',
  {
    ...tenancy.columns.scoped(),
    userId: uuid('user_id').notNull(),
    projectId: integer('project_id').notNull(),
    note: text(),
  },
  (t) => [
    ...isolate(t, { key: [t.userId, t.projectId] }),
    ...audited(t, { id: ['userId', 'projectId'] }),
  ],
);

/** Partitioned by hand, as drizzle-kit knows no partitions. */
const parts = pgTable(
  'parts',
  { ...tenancy.columns.scoped(), id: integer().notNull(), part: integer().notNull(), note: text() },
  (t) => [...isolate(t, { key: [t.part, t.id] }), ...audited(t)],
);
const partitioned = (statement: string) =>
  statement.replace(/(CREATE TABLE "parts" [^;]*);\s*$/, '$1 partition by list (part);');

/** Some of its rows are nobody's. */
const templates = pgTable(
  'templates',
  {
    organizationId: uuid('organization_id'),
    id: tenancy.columns.id().primaryKey(),
    content: holder(),
  },
  (t) => [...isolate(t, { withoutTenant: 'shared' }), ...audited(t)],
);

const schema = { organizations, auditLogs, papers, grants, shares, parts, templates };
const before = ['create type holder as (content json)'];
const { pool, url, ask, asAda } = await ownWorld(schema, { before, rewrite: partitioned });
const strictAudit = defineAudit(tenancy, { actions, strict: true });
const strict = await ownWorld(schema, { feature: strictAudit, before });
const broken = await ownWorld(schema, { before });
const locked = await ownWorld(schema, { before });

const entriesOf = (resource: string, of = asAda, db = pool): Promise<readonly AuditEntry[]> =>
  of(async () => (await audit.query(db, { resource: [resource] })).entries);
const odd = `row('"\\u0000"')`;

describe('a capture that fails', () => {
  test('leaves an entry with the values as texts and why, and lets the write pass', async () => {
    await asAda(async () => {
      await pool.query(
        `insert into papers (id, content, secret, email) values ('a', ${odd}, 's3cret', 'a@b.c')`,
      );
      await pool.query(
        `update papers set content = row('"\\u0001"'), secret = 'other' where id = 'a'`,
      );
      await pool.query(`update papers set content = ${odd}, email = 'd@e.f' where id = 'a'`);
      await pool.query(`delete from papers where id = 'a'`);
    });
    const entries = await entriesOf('papers');
    const captureFailed = { sqlstate: '22P05', table: 'public.papers' };
    const was = { content: '("""\\\\u0001""")', email: 'a@b.c' };
    const is = { content: '("""\\\\u0000""")', email: 'd@e.f' };
    expect(entries.map(({ action, metadata }) => [action, metadata])).toMatchObject([
      ['papers.deleted', { old: { id: 'a', ...is, secret: '[masked]' }, captureFailed }],
      ['papers.updated', { old: { email: was.email }, new: { email: is.email } }],
      ['papers.updated', { old: { secret: '[masked]' }, new: { secret: '[masked]' } }],
      [
        'papers.inserted',
        { new: { content: is.content, secret: '[masked]', email: 'a@b.c' }, captureFailed },
      ],
    ]);
    expect(entries.every(({ actor }) => actor.id === ada)).toBe(true);
    const [kept] = await ask<{ metadata: string }>(
      `select string_agg(metadata::text, ' ') as metadata from audit_logs where resource_type = 'papers'`,
    );
    expect(kept?.metadata).not.toMatch(/a@b|d@e|s3cret/);
    expect((await asAda(() => audit.verify(pool))).ok).toBe(true);
  });

  test('of one row in a statement loses none of the others', async () => {
    await asAda(() =>
      pool.query(
        `insert into papers (id, content) select 'bulk ' || i, case when i = 500 then ${odd}::holder end from generate_series(1, 1000) i`,
      ),
    );
    const [found] = await ask(
      `select count(*)::int as n from audit_logs where resource_id like 'bulk %'`,
    );
    expect(found).toEqual({ n: 1000 });
  });

  test("of a setting that nobody can read is nobody's, and noted", async () => {
    await withClientOf(url, async (client) => {
      for (const said of ['no json', '[1]', '{"user": "x", "ip": "no address"}', '"text"']) {
        await client.query(`select set_config('app.actor', $1, false)`, [said]);
        await client.query(`insert into papers (organization_id, id) values ($1, $2)`, [
          acme,
          said,
        ]);
      }
    });
    const found = await ask(
      `select resource_id from audit_logs where resource_id in ('no json', '[1]', '"text"', '{"user": "x", "ip": "no address"}')`,
    );
    expect(found).toHaveLength(4);
  });

  test('in a strict log refuses the write', async () => {
    const insert = strict.asAda(() =>
      strict.pool.query(`insert into papers (id, content) values ('a', ${odd})`),
    );
    expect(await failure(insert)).toMatchObject({ code: '22P05' });
    expect(await strict.ask('select from papers')).toHaveLength(0);
  });

  test('of a column that is gone leaves which row it was, and of a broken log a note beside it', async () => {
    const { asAda: asHer, pool: own, ask: owner } = broken;
    await asHer(() => own.query(`insert into papers (id, email) values ('a', 'x')`));
    await owner('alter table papers drop column email');
    await asHer(async () => {
      await own.query(`update papers set secret = 'y'`);
      await own.query(`insert into papers (id) values ('b')`);
    });
    const captureFailed = { sqlstate: '42703', table: 'public.papers' };
    const entries = await asHer(
      async () => (await audit.query(own, { resource: ['papers'] })).entries,
    );
    expect(entries.slice(0, 2)).toMatchObject([
      {
        action: 'papers.inserted',
        resource: { id: 'b' },
        metadata: { captureFailed: { ...captureFailed, operation: 'INSERT' } },
      },
      {
        action: 'papers.updated',
        resource: { id: 'a' },
        metadata: { captureFailed: { ...captureFailed, operation: 'UPDATE' } },
      },
    ]);
    await owner(
      `alter table audit_logs add constraint no_captures check (source <> 'capture') not valid`,
    );
    await asHer(() => own.query(`insert into papers (id) values ('c'), ('d')`));
    expect(
      await owner(
        'select table_name, operation, sqlstate, row_count::int from tenantry.audit_failures',
      ),
    ).toEqual([
      { table_name: 'public.papers', operation: 'INSERT', sqlstate: '23514', row_count: 2 },
    ]);
    expect(await owner('select from papers')).toHaveLength(4);
  });

  test('of rows without a tenant records a failure, and entries of the other rows', async () => {
    for (const content of ['null', `${odd}::holder`]) {
      await ask(
        `insert into templates (organization_id, content) values (null, ${content}), ('${acme}', ${content})`,
      );
    }
    await ask('update templates set id = gen_random_uuid()');
    await ask('delete from templates');
    const entries = await entriesOf('templates');
    expect(entries.map(({ action }) => action.slice('templates.'.length)).sort()).toEqual([
      ...['deleted', 'deleted', 'deleted', 'deleted'],
      ...['inserted', 'inserted', 'inserted', 'inserted'],
    ]);
    const notes = await ask(
      `select operation, sqlstate, sum(row_count)::int as rows from tenantry.audit_failures where table_name = 'public.templates' group by 1, 2 order by 1`,
    );
    expect(notes).toEqual([
      { operation: 'DELETE', sqlstate: '23502', rows: 2 },
      { operation: 'INSERT', sqlstate: '23502', rows: 2 },
      { operation: 'UPDATE', sqlstate: '23502', rows: 2 },
    ]);
  });

  test('over a lock, a cancel or a conflict fails the write, which can be repeated', async () => {
    const { app, url: own } = locked;
    await withClientOf(own, async (holder) => {
      await holder.query('begin');
      await holder.query('lock table audit_logs in access exclusive mode');
      await withClientOf(own, async (writer) => {
        for (const [setting, code] of [
          ['lock_timeout', '55P03'],
          ['statement_timeout', '57014'],
        ]) {
          await writer.query(`set ${setting} = 100`);
          expect(
            await failure(
              writer.query(`insert into papers (organization_id, id) values ('${globex}', 'x')`),
            ),
          ).toMatchObject({ code });
          await writer.query(`reset ${setting}`);
        }
      });
      await holder.query('rollback');
    });
    expect(app).toBeTypeOf('string');
    // what another transaction says by its SQLSTATE reaches the writer as it is
    for (const code of ['40001', '40P01', '53100']) {
      await locked.ask(
        `create or replace function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'x' using errcode = '${code}'; end $$`,
      );
      await locked.ask(
        'create or replace trigger refusing before insert on audit_logs for each row execute function public.refuse()',
      );
      const insert = locked.asAda(() => locked.pool.query(`insert into papers (id) values ('x')`));
      expect(await failure(insert)).toMatchObject({ code });
    }
    expect(await locked.ask('select from tenantry.audit_failures')).toHaveLength(0);
    expect(await locked.ask('select from papers')).toHaveLength(0);
  });
});

describe('rows are told from each other', () => {
  test('where a column of a key of three makes the id', async () => {
    await asAda(async () => {
      for (const [project, role] of [
        [1, 'a'],
        [1, 'b'],
        [2, 'a'],
      ]) {
        await pool.query(
          `insert into grants (user_id, project_id, role, note) values ($1, $2, $3, $4)`,
          [ada, project, role, `${project}${role}`],
        );
      }
      await pool.query(`update grants set note = note || '!'`);
    });
    const changes = (await entriesOf('grants')).filter(({ action }) => action === 'grants.updated');
    expect(changes.map(({ metadata }) => JSON.stringify(metadata)).sort()).toEqual(
      ['1a', '1b', '2a'].map((note) =>
        JSON.stringify({ new: { note: `${note}!` }, old: { note } }),
      ),
    );
  });

  test('where keys trade places, and where several columns make the id', async () => {
    await asAda(async () => {
      await pool.query(
        `insert into shares (user_id, project_id, note) values ($1, 1, 'one'), ($1, 2, 'two')`,
        [ada],
      );
      await pool.query(`update shares set note = note || '!' where project_id = 2`);
    });
    await ask('update shares set project_id = project_id + 10');
    const entries = await entriesOf('shares');
    const id = (project: number) => `["${ada}", "${project}"]`;
    expect(entries.map(({ action, resource }) => [action, resource.id]).sort()).toEqual(
      [
        ['shares.deleted', id(1)],
        ['shares.deleted', id(2)],
        ['shares.inserted', id(1)],
        ['shares.inserted', id(11)],
        ['shares.inserted', id(12)],
        ['shares.inserted', id(2)],
        ['shares.updated', id(2)],
      ].sort(),
    );
  });

  test('where an update moves them between partitions, and where one statement does everything', async () => {
    await ask('create table parts_1 partition of parts for values in (1)');
    await ask('create table parts_rest partition of parts default');
    const changes = async (sql: string) => {
      const [before] = await ask<{ at: string }>(
        'select max(transaction_id)::text as at from audit_logs',
      );
      await ask(sql);
      return ask(
        `select action, resource_id as id, metadata->'old' as old, metadata->'new' as new from audit_logs where transaction_id > $1 order by resource_id::int, action`,
        [before?.at],
      );
    };
    await ask(
      `insert into parts (organization_id, id, part, note) select '${acme}', i, i % 3, 'n' || i from generate_series(1, 6) i`,
    );
    expect(
      await changes(`update parts set part = 1, note = note || '!' where part <> 1 or id = 1`),
    ).toEqual(
      [1, 2, 3, 5, 6].map((id) => ({
        action: 'parts.updated',
        id: String(id),
        old: { note: `n${id}`, ...(id === 1 ? {} : { part: id % 3 }) },
        new: { note: `n${id}!`, ...(id === 1 ? {} : { part: 1 }) },
      })),
    );
    expect(
      await changes(`merge into parts p using (values (1, 'a'), (2, 'b'), (7, 'c')) v (id, note) on p.id = v.id
        when matched and v.id = 1 then delete when matched then update set note = v.note
        when not matched then insert (organization_id, id, part, note) values ('${acme}', v.id, 0, v.note)`),
    ).toMatchObject([
      { action: 'parts.deleted', id: '1', old: { note: 'n1!' } },
      { action: 'parts.updated', id: '2', old: { note: 'n2!' }, new: { note: 'b' } },
      { action: 'parts.inserted', id: '7', new: { note: 'c' } },
    ]);
    expect(
      await changes(`insert into parts (organization_id, id, part, note) values ('${acme}', 2, 1, 'x'), ('${acme}', 8, 1, 'y')
        on conflict (organization_id, part, id) do update set note = excluded.note`),
    ).toMatchObject([
      { action: 'parts.updated', id: '2', old: { note: 'b' }, new: { note: 'x' } },
      { action: 'parts.inserted', id: '8', new: { note: 'y' } },
    ]);
  });

  test('of a small statement and a large one after it, row by row', async () => {
    await asAda(async () => {
      await pool.query(
        `insert into papers (id, secret) select i::text, 's' from generate_series(1, 20000) i`,
      );
      await pool.query(`update papers set email = 'x' where id = '1'`); // whatever is planned is planned here
      await pool.query(`update papers set email = 'y' where secret = 's'`);
    });
    const [found] = await ask(
      `select count(*)::int as n, count(distinct resource_id)::int as ids from audit_logs where action = 'papers.updated' and personal->'new'->>'email' = 'y'`,
    );
    expect(found).toEqual({ n: 20000, ids: 20000 });
  });
});
