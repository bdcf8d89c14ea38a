import { drizzle } from 'drizzle-orm/node-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import { describe, expect, test } from 'vitest';
import { TenantryError } from '../../src/index.ts';
import { name, type Queryable, runStatement, statement } from '../../src/sql/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool();
const db = drizzle(pool);
const kysely = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool }) });

const libraries: readonly (readonly [string, Queryable])[] = [
  ['the pool', pool],
  ['Drizzle', db],
  ['Kysely', kysely],
];

describe.each(libraries)('a statement through %s', (_, queryable) => {
  test('carries its values as parameters and names as text', async () => {
    const wanted = ['Rocket', 'Anvil'];
    const rows = await tenancy.run(acme, () =>
      runStatement<{ name: string }>(
        queryable,
        statement`select name from ${name('public', 'projects')}
          where name = any(${wanted}) and name <> ${"'; drop table projects; --"} order by 1`,
      ),
    );
    expect(rows).toEqual([{ name: 'Anvil' }, { name: 'Rocket' }]);
  });

  test('keeps null, numbers, JSON and dates apart on the way in, and what it reads alike on the way out', async () => {
    const [row] = await tenancy.run(acme, () =>
      runStatement(
        queryable,
        statement`select ${null}::text as nothing, ${7}::int as seven,
          ${JSON.stringify({ sql: 'drop' })}::jsonb as object, extract(epoch from ${new Date(7)}::timestamptz)::float8 as start`,
      ),
    );
    expect(row).toEqual({ nothing: null, seven: 7, object: { sql: 'drop' }, start: 0.007 });
  });
});

test('joins the transaction that it is given', async () => {
  const insert = statement`insert into projects (name) values (${'Half-done'})`;
  const failed = tenancy.run(acme, () =>
    db.transaction(async (tx) => {
      await runStatement(tx, insert);
      throw new Error('changed my mind');
    }),
  );
  await expect(failed).rejects.toThrow('changed my mind');
  await expect(
    tenancy.run(acme, () =>
      kysely.transaction().execute(async (tx) => {
        await runStatement(tx, insert);
        throw new Error('me too');
      }),
    ),
  ).rejects.toThrow('me too');
  expect(await database.ask("select from projects where name = 'Half-done'")).toEqual([]);
});

test('refuses what cannot run SQL', async () => {
  await expect(runStatement({} as never, statement`select 1`)).rejects.toSatisfy((error) =>
    TenantryError.is(error, 'CONFIG_INVALID'),
  );
});
