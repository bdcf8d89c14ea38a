import { defineTenancy } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.ts';
import { generate } from '../../src/generate/index.ts';
import { defineIsolation } from '../../src/index.ts';
import { readTables, type TableDeclarations } from '../../src/model/index.ts';
import { withClient } from '../support/apply.ts';
import { connect } from '../support/fixture.ts';
import { testLogin } from '../support/login.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'integer' });
const { isolate, numbered } = defineIsolation(tenancy);
const { url } = await testDatabase();
const root = await connect(url);
// an owner that no attribute frees from the policies, as on a rented server
const owner = await testLogin(url, [], 'createrole');
await withClient(url, async (client) => {
  await client.query(`do $$ begin create role app nologin; exception when duplicate_object then end $$;
    do $$ begin create role system nologin; exception when duplicate_object then end $$;
    grant app, system to ${owner.name} with admin option;
    grant all on schema public to ${owner.name};`);
  await client.query(
    `do $$ begin execute format('alter database %I owner to ${owner.name}', current_database()); end $$`,
  );
});

/** What is declared, with these tables; an application has it that never heard of Drizzle. */
async function migrate(tables: TableDeclarations) {
  const client = new pg.Client({ connectionString: owner.url });
  await client.connect();
  try {
    const query = async (sql: string, values: readonly unknown[]) =>
      (await client.query(sql, [...values])).rows;
    const { schema } = await readTables(query, { tenancy, tables });
    const { foundation, sections } = generate({ tenancy, schema });
    await client.query('begin');
    for (const { statements } of [foundation, ...sections]) {
      for (const statement of statements) await client.query(statement);
    }
    await client.query('commit');
    return schema;
  } finally {
    await client.end();
  }
}

const rows = async (text: string): Promise<unknown[][]> =>
  (await root.query({ text, rowMode: 'array' })).rows;
const plain: TableDeclarations = { invoices: isolate, tickets: isolate };
const withNumbers: TableDeclarations = {
  invoices: (t) => [
    ...isolate(t),
    ...numbered(t, { pattern: '{year}-{000}', timeZone: 'Europe/Zurich', order: t.made_at }),
  ],
  tickets: (t) => [...isolate(t), ...numbered(t, { by: t.projectId, order: t.made_at })],
};

beforeAll(async () => {
  await withClient(owner.url, (client) =>
    client.query(`
      create table invoices (organization_id integer not null, id integer not null, made_at timestamptz not null,
        touched integer not null default 0, primary key (organization_id, id));
      create table tickets (organization_id integer not null, id integer not null, project_id integer not null,
        made_at date not null, primary key (organization_id, id));
      create function touch() returns trigger language plpgsql as 'begin new.touched := old.touched + 1; return new; end';
      create trigger touch before update on invoices for each row execute function touch();
      create trigger silent before update on invoices for each row execute function touch();
      alter table invoices disable trigger silent;
      insert into invoices values (1, 3, '2025-12-31 22:30Z'), (1, 2, '2025-12-31 23:30Z'), (1, 1, '2026-05-05'), (2, 1, '2026-01-01'),
        (1, 4, '2026-04-04');
      insert into tickets values (1, 1, 7, '2026-02-02'), (1, 2, 7, '2026-01-01'), (1, 3, 8, '2026-01-01'), (2, 4, 7, '2026-01-01');
    `),
  );
  await migrate(plain);
});

describe('a table with rows', () => {
  test('is numbered in the order of creation, silently, and forced again', async () => {
    await withClient(owner.url, (client) =>
      client.query(`
        alter table invoices add number text not null default '', add number_period integer not null default 0,
          add number_sequence integer not null default 0;
        alter table tickets add number integer;`),
    );
    // what another system has numbered already
    await root.query(
      "update invoices set number = '2026-007' where organization_id = 1 and id = 4",
    );
    await root.query('update tickets set number = 5 where id = 1');
    await migrate(withNumbers);
    expect(
      await rows(
        'select organization_id, id, number, number_period, number_sequence, touched from invoices order by 1, 4, 5',
      ),
    ).toEqual([
      [1, 3, '2025-001', 2025, 1, 0],
      [1, 4, '2026-007', 2026, 7, 1],
      [1, 2, '2026-008', 2026, 8, 0],
      [1, 1, '2026-009', 2026, 9, 0],
      [2, 1, '2026-001', 2026, 1, 0],
    ]);
    expect(await rows('select id, number from tickets order by 1')).toEqual([
      [1, 5],
      [2, 6],
      [3, 1],
      [4, 1],
    ]);
    expect(
      await rows(
        "select tgname, tgenabled::text from pg_trigger where tgname in ('touch', 'silent') order by 1",
      ),
    ).toEqual([
      ['silent', 'D'],
      ['touch', 'O'],
    ]);
    expect(
      await rows(
        "select bool_and(relforcerowsecurity) from pg_class where relname in ('invoices', 'tickets')",
      ),
    ).toEqual([[true]]);
  });

  test('goes on from there, and a second run changes nothing', async () => {
    const before = await rows('select * from invoices order by 1, 2');
    await migrate(withNumbers);
    expect(await rows('select * from invoices order by 1, 2')).toEqual(before);
    const year = new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'Europe/Zurich' });
    expect(await rows("insert into invoices values (3, 1, '2020-01-01') returning number")).toEqual(
      [[`${year.format(new Date())}-001`]],
    );
    expect(
      await rows("insert into tickets values (1, 9, 7, '2026-01-01') returning number"),
    ).toEqual([[7]]);
  });

  test('whose numbers exist twice is refused, and nothing is changed', async () => {
    await withClient(owner.url, (client) =>
      client.query(`create table notes (organization_id integer not null, id integer primary key, number integer);
        insert into notes values (1, 1, 4), (1, 2, 4), (1, 3, null)`),
    );
    const declared: TableDeclarations = {
      ...withNumbers,
      notes: (t) => [...isolate(t), ...numbered(t)],
    };
    await expect(migrate(declared)).rejects.toMatchObject({ code: '23505' });
    expect(await rows('select number from notes order by id')).toEqual([[4], [4], [null]]);
    await root.query('drop table notes');
  });
});

describe('triggers', () => {
  afterAll(() => root.query('drop table parts').then(() => undefined));
  const states = () =>
    rows(`select tgrelid::regclass::text, tgname::text, tgenabled::text from pg_trigger
      where tgname like 'touch%' and tgrelid::regclass::text like 'parts%' order by 1, 2`);

  test('that fire always, and those of partitions, are silent and then as before', async () => {
    await withClient(owner.url, (client) =>
      client.query(`
        create table parts (organization_id integer not null, id integer not null, number integer, touched integer not null default 0,
          primary key (organization_id, id)) partition by list (organization_id);
        create table parts_1 partition of parts for values in (1);
        create table parts_2 partition of parts for values in (2) partition by hash (organization_id);
        create table parts_2_1 partition of parts_2 for values with (modulus 1, remainder 0);
        create trigger touch_all before update on parts for each row execute function touch();
        create trigger touch_part before update on parts_1 for each row execute function touch();
        create trigger "touch ""leaf" before update on parts_2_1 for each row execute function touch();
        create trigger touch_replica before update on parts_1 for each row execute function touch();
        alter table parts enable always trigger touch_all;
        alter table only parts_2 enable trigger touch_all;
        alter table parts_2_1 disable trigger touch_all;
        alter table parts_2_1 enable always trigger "touch ""leaf";
        alter table parts_1 enable replica trigger touch_replica;
        insert into parts values (1, 1), (1, 2), (2, 1);`),
    );
    const before = await states();
    expect(new Set(before.map(([, , enabled]) => enabled))).toEqual(new Set(['A', 'D', 'O', 'R']));
    await migrate({ ...withNumbers, parts: (t) => [...isolate(t), ...numbered(t)] });
    expect(await rows('select number, touched from parts order by organization_id, id')).toEqual([
      [1, 0],
      [2, 0],
      [1, 0],
    ]);
    expect(await states()).toEqual(before);
  });
});

const withoutSequence = `do $$ begin execute (select 'drop index ' || indexrelid::regclass from pg_index
  where indrelid = 'invoices'::regclass and pg_get_indexdef(indexrelid) like '%number_sequence)%'); end $$`;

test('doctor notices the loss of each part, and the migration puts it back', async () => {
  const look = async () => {
    const schema = await migrate(withNumbers);
    return async () => {
      const { findings } = await diagnose(root, { tenancy, schema });
      return findings.map(({ rule, object }) => `${rule}: ${object}`);
    };
  };
  const usual = await (await look())();
  for (const damage of [
    'drop trigger zz_tenantry_number_number on invoices',
    'alter table invoices disable trigger zz_tenantry_keep_number',
    'drop trigger "0_tenantry_refuse_number" on tickets',
    'alter function tenantry.number_public_tickets__number() security invoker',
    'grant update on tenantry.number_marks to app',
    withoutSequence,
  ]) {
    const find = await look();
    expect(await find(), damage).toEqual(usual);
    await root.query(damage);
    expect(
      (await find()).filter((each) => !usual.includes(each)),
      damage,
    ).not.toEqual([]);
  }
  expect(await (await look())()).toEqual(usual);
});
