import { defineTenancy } from '@tenantry/core';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, applyTables, withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { distribute } from '../../src/distribution/index.ts';
import { diagnose } from '../../src/doctor/index.ts';
import { generate } from '../../src/generate/index.ts';
import { defineIsolation } from '../../src/index.ts';
import type { TableDeclarations } from '../../src/model/index.ts';
import { numbersSchema } from '../fixtures/numbers-schema.ts';

describe.skipIf(citusUrl() === undefined)('numbers and rows that are there', () => {
  let database!: CitusDatabase;
  afterEach(() => database?.drop());
  const on = <R>(fn: (client: pg.Client) => Promise<R>) => withClient(database.url, fn);
  const rows = (text: string): Promise<unknown[][]> =>
    on(async (client) => (await client.query({ text, rowMode: 'array' })).rows);
  const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

  test('of one server go on where they were after the distribution', async () => {
    const [plain, onCitus] = (['postgres', 'citus'] as const).map((dialect) => {
      const { tenancy, ...schema } = numbersSchema(dialect);
      return { tenancy, schema };
    }) as [ReturnType<typeof application>, ReturnType<typeof application>];
    database = await createCitusDatabase({
      migrate: async (url) => {
        await applySchema(url, plain);
      },
    });
    await on(async (client) => {
      for (const n of [1, 2, 3]) {
        await client.query('insert into organizations (id) values ($1)', [idOf(n)]);
        await client.query(
          'insert into invoices (organization_id) select $1 from generate_series(1, 4)',
          [idOf(n)],
        );
      }
      await client.query(`delete from invoices where number = '2026-0004'`);
      await distribute(client, onCitus);
      const { foundation, sections } = generate(onCitus);
      for (let run = 0; run < 2; run++)
        for (const { statements } of [foundation, ...sections])
          for (const statement of statements) await client.query(statement);
      for (const n of [1, 2, 3]) {
        const { rows: given } = await client.query(
          'insert into invoices (organization_id) values ($1) returning number',
          [idOf(n)],
        );
        expect(given).toEqual([{ number: '2026-0005' }]);
      }
      const { findings } = await diagnose(client, onCitus);
      expect(findings.filter(({ rule }) => !/^(login-powers|large-objects)$/.test(rule))).toEqual(
        [],
      );
    });
    expect(
      await rows(
        `select table_name::text, citus_table_type, distribution_column from citus_tables where table_name in ('tenantry.number_marks'::regclass)`,
      ),
    ).toEqual([['tenantry.number_marks', 'distributed', 'tenant_id']]);
  });

  test('are given to rows on shards in the order of creation, silently', async () => {
    const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
    const { isolate, numbered, tenants } = defineIsolation(tenancy);
    const declared = (withNumbers: boolean): TableDeclarations => ({
      organizations: tenants as never,
      invoices: (t) => [
        ...isolate(t),
        ...(withNumbers
          ? numbered(t, { pattern: '{year}-{000}', timeZone: 'Europe/Zurich', order: t.made_at })
          : []),
      ],
      tickets: (t) => [
        ...isolate(t),
        ...(withNumbers ? numbered(t, { by: t.projectId, order: t.made_at }) : []),
      ],
    });
    database = await createCitusDatabase({
      migrate: async (url) => {
        await withClient(url, async (client) => {
          for (const statement of `
            create table organizations (id uuid primary key);
            create table invoices (organization_id uuid not null, id integer not null, made_at timestamptz not null,
              touched integer not null default 0, primary key (organization_id, id));
            create table tickets (organization_id uuid not null, id integer not null, project_id integer not null,
              made_at date not null, primary key (organization_id, id));
            create function touch() returns trigger language plpgsql as 'begin new.touched := old.touched + 1; return new; end'`.split(
            /;\n/,
          ))
            await client.query(statement);
        });
        await applyTables(url, { tenancy, tables: declared(false) });
      },
    });
    const seed = [
      'create trigger touch before update on invoices for each row execute function touch()',
      'create trigger silent before update on invoices for each row execute function touch()',
      'create trigger always before update on invoices for each row execute function touch()',
      'alter table invoices disable trigger silent',
      'alter table invoices enable always trigger always',
      `insert into organizations values ('${idOf(1)}'), ('${idOf(2)}')`,
      `insert into invoices values ('${idOf(1)}', 3, '2025-12-31 22:30Z'), ('${idOf(1)}', 2, '2025-12-31 23:30Z'),
        ('${idOf(1)}', 1, '2026-05-05'), ('${idOf(2)}', 1, '2026-01-01'), ('${idOf(1)}', 4, '2026-04-04')`,
      `insert into tickets values ('${idOf(1)}', 1, 7, '2026-02-02'), ('${idOf(1)}', 2, 7, '2026-01-01'),
        ('${idOf(1)}', 3, 8, '2026-01-01'), ('${idOf(2)}', 4, 7, '2026-01-01')`,
      `alter table invoices add number text not null default ''`,
      'alter table invoices add number_period integer not null default 0',
      'alter table invoices add number_sequence integer not null default 0',
      'alter table tickets add number integer',
      `update invoices set number = '2026-007' where organization_id = '${idOf(1)}' and id = 4`,
      'update tickets set number = 5 where id = 1',
    ];
    await on(async (client) => {
      for (const statement of seed) await client.query(statement);
    });
    await applyTables(database.url, { tenancy, tables: declared(true) });
    const all =
      'select right(organization_id::text, 1)::int, id, number, number_period, number_sequence, touched from invoices order by 1, 4, 5';
    const expected = [
      [1, 3, '2025-001', 2025, 1, 0],
      [1, 4, '2026-007', 2026, 7, 1],
      [1, 2, '2026-008', 2026, 8, 0],
      [1, 1, '2026-009', 2026, 9, 0],
      [2, 1, '2026-001', 2026, 1, 0],
    ];
    expect(await rows(all)).toEqual(expected);
    expect(await rows('select id, number from tickets order by 1')).toEqual([
      [1, 5],
      [2, 6],
      [3, 1],
      [4, 1],
    ]);
    const enabled = `select distinct tgname, tgenabled::text from pg_trigger where tgname in ('touch', 'silent', 'always') or tgname ~ '^(touch|silent|always)_\\d+$' order by 1`;
    const states = [
      ['always', 'A'],
      ['silent', 'D'],
      ['touch', 'O'],
    ];
    expect(await rows(enabled)).toEqual(states);
    const onShards = await rows(
      `select distinct result from run_command_on_shards('invoices', $$
        select string_agg(regexp_replace(tgname, '_\\d+$', '') || ' ' || tgenabled::text, ',' order by tgname)
        from pg_trigger where tgrelid = '%s'::regclass and tgname ~ '^(touch|silent|always)' $$)`,
    );
    expect(onShards).toEqual([['always A,silent D,touch O']]);
    await applyTables(database.url, { tenancy, tables: declared(true) });
    expect(await rows(all)).toEqual(expected);
    expect(
      await rows(`insert into tickets values ('${idOf(1)}', 9, 7, '2026-01-01') returning number`),
    ).toEqual([[7]]);
  });
});

const application = (dialect: 'postgres' | 'citus') => {
  const { tenancy, ...schema } = numbersSchema(dialect);
  return { tenancy, schema };
};
