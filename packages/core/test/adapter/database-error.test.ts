import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, it } from 'vitest';
import { databaseErrorOf, toErrorResponse } from '../../src/adapter/index.ts';
import { TenantryError } from '../../src/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool();
await database.ask(`
  create type mood as enum ('glad', 'sad');
  create table things (
    organization_id uuid not null default tenantry.current_tenant(), id uuid primary key default gen_random_uuid(),
    name varchar(5) not null unique, n smallint check (n > 0), day timestamptz, mood mood, doc jsonb,
    parent uuid references things, bits bit(3),
    during tstzrange, exclude using gist (during with &&));
  alter table things enable row level security;
  alter table things force row level security;
  create policy a on things to app using (organization_id = (select tenantry.current_tenant()));
  grant select, insert, delete, update (name, n, id, bits) on things to app;
  create trigger fixed before update of id, bits on things for each row
    when (record_image_ne(row(old.id, old.bits), row(new.id, new.bits)))
    execute function tenantry.refuse_column_change('key', 'id', 'read only', 'bits');
  insert into things (organization_id, id, name, during)
    values ('${acme}', '${acme}', 'taken', '[2026-01-01,2026-02-01)');
  insert into things (organization_id, name, parent) values ('${acme}', 'child', '${acme}')`);

/** What a statement fails with; those in front of it are of its transaction. */
async function failureOf(text: string, values: unknown[] = []): Promise<unknown> {
  const statements = text.split(';');
  return tenancy
    .run(acme, async () => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        for (const [i, each] of statements.entries()) {
          await client.query(each, i === statements.length - 1 ? values : []);
        }
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

const insert = (column: string, value: unknown): [string, unknown[]] => [
  `insert into things (name, ${column}) values ('x', $1)`,
  [value],
];
const cases: Record<string, [code: string, status: number, text: string, values?: unknown[]]> = {
  'a NUL character': ['VALUE_REFUSED', 400, 'insert into things (name) values ($1)', ['a\0']],
  'a text too long': ['VALUE_REFUSED', 400, 'insert into things (name) values ($1)', ['123456']],
  'a number out of range': ['VALUE_REFUSED', 400, ...insert('n', 40_000)],
  'a date that is none': ['VALUE_REFUSED', 400, ...insert('day', 'someday')],
  'a date out of range': ['VALUE_REFUSED', 400, ...insert('day', '999999-01-01')],
  'an offset out of range': ['VALUE_REFUSED', 400, ...insert('day', '2026-01-01T00:00:00+99:00')],
  'a value that no enum has': ['VALUE_REFUSED', 400, ...insert('mood', 'angry')],
  'an id of a vendor’s form': ['VALUE_REFUSED', 400, ...insert('parent', 'cus_1234')],
  'NUL within jsonb': ['VALUE_REFUSED', 400, ...insert('doc', '"\\u0000"')],
  'bits of another length': ['VALUE_REFUSED', 400, ...insert('bits', '10101')],
  'a name that is taken': ['ROW_EXISTS', 409, "insert into things (name) values ('taken')"],
  'a range that overlaps': ['ROW_EXISTS', 409, ...insert('during', '[2026-01-15,2026-01-16)')],
  'a parent that does not exist': ['REFERENCE_CONFLICT', 409, ...insert('parent', tenantOf(7))],
  'a row that is still referred to': [
    'REFERENCE_CONFLICT',
    409,
    "delete from things where name = 'taken'",
  ],
  'a value that is missing': ['ROW_REFUSED', 422, 'insert into things (name) values (null)'],
  'a check': ['ROW_REFUSED', 422, ...insert('n', -1)],
  'a column that a tenant may not write': ['ROW_FORBIDDEN', 403, 'update things set day = now()'],
  'another tenant’s row': ['ROW_FORBIDDEN', 403, ...insert('organization_id', tenantOf(8))],
  'a statement that takes too long': [
    'STATEMENT_TIMEOUT',
    504,
    'set local statement_timeout = 10; select pg_sleep(60)',
  ],
};

function tenantOf(n: number): string {
  return `00000000-0000-4000-8000-00000000000${n}`;
}

it.each(Object.entries(cases))('%s', async (_, [code, status, text, values]) => {
  const known = databaseErrorOf(await failureOf(text, values));
  expect(known).toMatchObject({ code, status });
  const { body } = toErrorResponse(known);
  for (const value of ['taken', 'cus_1234', 'angry', acme]) expect(body).not.toContain(value);
});

it('says which constraint and column, and keeps the error of PostgreSQL for the log', async () => {
  const known = databaseErrorOf(await failureOf("insert into things (name) values ('taken')"));
  expect(known?.details).toEqual({ constraint: 'things_name_key' });
  expect(known?.cause).toMatchObject({ code: '23505' });
  const missing = databaseErrorOf(await failureOf('insert into things (name) values (null)'));
  expect(missing?.details).toEqual({ column: 'name' });
});

it.each([
  ['id', 'gen_random_uuid()', 'Insert a new row'],
  ['bits', "b'101'", 'Only the system role'],
])('names the column %s that keeps its value, and says what to do', async (column, value, fix) => {
  const failure = await failureOf(`update things set ${column} = ${value}`);
  expect(failure).toMatchObject({ code: '42501', column, table: 'things', schema: 'public' });
  const known = databaseErrorOf(failure);
  expect(known).toMatchObject({ code: 'ROW_FORBIDDEN', status: 403, details: { column } });
  expect(known?.message).toContain(`column ${column}`);
  expect(known?.fix).toContain(fix);
});

it('sees through what Drizzle wraps around an error', async () => {
  const db = drizzle(pool);
  const failure = await tenancy
    .run(acme, () => db.execute(sql`insert into things (name) values ('taken')`))
    .catch((error: unknown) => error);
  expect(databaseErrorOf(failure)).toMatchObject({ code: 'ROW_EXISTS' });
});

it('gives errors of Tenantry back as they are', async () => {
  const own = new TenantryError('LIMIT_REACHED');
  expect(databaseErrorOf(own)).toBe(own);
});

it.each([
  ['a fault in SQL', 'select * from nothing_of_that_name'],
  ['a division by zero', 'select 1 / 0'],
  [
    'a tenant that is missing',
    "select set_config('app.organization_id', '', true); insert into things (name) values ('x')",
  ],
])('leaves %s to the server', async (_, text) => {
  const failure = await failureOf(text);
  expect(failure).toBeInstanceOf(Error);
  expect(databaseErrorOf(failure)).toBeUndefined();
});

it('takes nothing for an error of the database that only looks like one', () => {
  for (const value of [
    undefined,
    'x',
    new Error('x'),
    Object.assign(new Error(), { code: '23505' }),
  ]) {
    expect(databaseErrorOf(value)).toBeUndefined();
  }
});
