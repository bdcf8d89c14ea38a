import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withLimitInText } from '../../src/pool/limit.ts';
import { readStatement } from '../../src/pool/statement.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const fresh = (max = 100) => ({ limits: new Map<string, Set<string>>(), max });
const sent = (sql: string, values: unknown[], known = fresh()) => {
  const { text, values: left } = withLimitInText(
    readStatement({ statements: 'data', schema: 'tenantry' }, sql, values),
    known,
  );
  return { text, values: left };
};
const same = (sql: string, values: unknown[]) =>
  expect(sent(sql, values)).toEqual({
    text: sql,
    values: values.map((value) => value && String(value)),
  });

describe('a limit in the text', () => {
  test('is one at the end that is the last parameter, and is nowhere else', () => {
    expect(sent('select 1 from t where a = $1 limit $2', ['x', 50])).toEqual({
      text: 'select 1 from t where a = $1 limit 50',
      values: ['x'],
    });
    expect(sent('select 1 from t\nLIMIT $1 ', ['007'])).toEqual({
      text: 'select 1 from t\nLIMIT 7',
      values: [],
    });
    same('select 1 from t limit $1 offset $2', [5, 10]);
    same('select $1::int from t limit $1', [5]);
    same('select $2::int from t limit $1', [5, 1]);
    same('select 1 from t -- limit $1', [5]);
    same('select 1 from t limit $1 for update', [5]);
    same('select 1 from t limit $1', [null]);
    for (const odd of [-1, 1.5, 1e12, '5; drop table t', ' 5', ''])
      same('select 1 from t limit $1', [odd]);
  });

  test('is one of four for each statement, and statements are forgotten when they are many', () => {
    const known = fresh(3);
    const list = (limit: number, table = 't') =>
      sent(`select 1 from ${table} limit $1`, [limit], known).values.length === 0;
    expect([1, 2, 3, 4, 5, 6, 1, 4].map((limit) => list(limit))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    for (const table of ['a', 'b', 'c']) expect(list(1, table)).toBe(true);
    expect(known.limits.size).toBeLessThanOrEqual(3);
    expect(list(5)).toBe(true);
  });
});

test('a list has the same rows with any limit and offset, prepared or not', async () => {
  const pools = [database.pool({ max: 1 }), database.pool({ max: 1, preparedStatements: false })];
  const list = 'select i from generate_series(1, 30) i where i > $1 order by i limit $2';
  await fc.assert(
    fc.asyncProperty(fc.nat(35), fc.option(fc.nat(35)), async (from, limit) => {
      const expected = Array.from({ length: 30 }, (_, i) => i + 1).filter((i) => i > from);
      for (const pool of pools) {
        const { rows } = await tenancy.run(acme, () => pool.query(list, [from, limit]));
        expect(rows.map(({ i }) => i)).toEqual(expected.slice(0, limit ?? 30));
      }
    }),
    { numRuns: 60 },
  );
});

test('a list through Drizzle is planned once, not for each run', async () => {
  const projects = pgTable('projects', { id: uuid(), name: text() });
  await database.ask(
    `insert into projects (organization_id, name) select $1, 'n' || i from generate_series(1, 5000) i`,
    [globex],
  );
  await database.ask('analyze projects');
  const pool = database.pool({ max: 1 });
  const db = drizzle({ client: pool });
  const plans = await tenancy.run(globex, async () => {
    for (let i = 0; i < 12; i++) await db.select().from(projects).orderBy(projects.id).limit(50);
    const { rows } = await pool.query(
      `select statement, generic_plans, custom_plans from pg_prepared_statements where statement like 'select "id"%'`,
    );
    return rows;
  });
  expect(plans).toEqual([
    {
      statement: expect.stringMatching(/limit 50$/),
      generic_plans: '12',
      custom_plans: '0',
    },
  ]);
});
