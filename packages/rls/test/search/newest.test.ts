import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { matchesText } from '../../src/index.ts';
import { documents, notices } from '../fixtures/search-schema.ts';
import { acme, as, globex, searchDatabase } from './support.ts';

const { root, pool } = await searchDatabase();

/** The functions with limits of a few rows, so that few rows reach every one of their statements. */
const { rows: functions } = await root.query<{ sql: string }>(`
  select pg_get_functiondef(oid) as sql from pg_proc
  where pronamespace = 'tenantry'::regnamespace and proname ~ '^search_(documents|notices)'`);
for (const { sql } of functions) {
  const small = sql
    .replaceAll('2001', '4')
    .replaceAll('limit 16)', 'limit 2)')
    .replaceAll('limit 64)', 'limit 5)')
    .replaceAll('>= 3', '>= 2')
    .replaceAll('4 * 64 *', '2 *')
    .replaceAll('limit 5000)', 'limit 7)');
  expect(small).not.toBe(sql);
  await root.query(small);
}
afterAll(async () => {
  for (const { sql } of functions) await root.query(sql);
});

const words = ['everywhere', 'sometimes', 'rarely'] as const;
const row = fc.record({
  ours: fc.boolean(),
  word: fc.oneof(
    { weight: 4, arbitrary: fc.constant(words[0]) },
    { weight: 2, arbitrary: fc.constant(words[1]) },
    { weight: 1, arbitrary: fc.constant(words[2]) },
  ),
  secret: fc.boolean(),
  // few, for many rows to be of the same time
  at: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 8 }),
});

/** The newest as a plain statement past the policies names them: nulls first, as `desc` has them. */
const order = (at: number | null) => (at === null ? Number.POSITIVE_INFINITY : at);

test('whichever way they are found, they are the newest of those that match, or all', async () => {
  const searches = [
    { column: notices.body, query: (word: string) => word.toUpperCase() },
    { column: notices.meta, query: (word: string) => ({ word }) },
    { column: notices.kind, query: (word: string) => word.toUpperCase() },
  ] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.constantFrom(...words),
      fc.constantFrom(undefined, 1, 2, 5, 50),
      async (all, word, first) => {
        await root.query('delete from notices');
        await root.query(
          `insert into notices (organization_id, body, meta, kind, secret, number)
            select tenant, word, jsonb_build_object('word', word), word, secret, at
            from jsonb_to_recordset($1) as r(tenant uuid, word text, secret boolean, at integer)`,
          [
            JSON.stringify(
              all.map(({ ours, ...r }) => ({ ...r, tenant: (ours ? acme : globex).id })),
            ),
          ],
        );
        const wanted = all
          .filter((r) => r.ours && !r.secret && r.word === word)
          .map(({ at }) => order(at))
          .sort((a, b) => (a === b ? 0 : b - a))
          .slice(0, first);
        for (const { column, query } of searches) {
          const { text, values } = matchesText(
            column,
            query(word),
            first === undefined ? {} : { first },
          );
          const { rows } = await as(acme, () =>
            pool.query(
              `select body, secret, number from notices where ${text} order by number desc`,
              [...values],
            ),
          );
          expect(rows.map(({ number }) => order(number))).toEqual(wanted);
          for (const found of rows) expect(found).toMatchObject({ body: word, secret: false });
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('the same by a substring, of one letter and of many', async () => {
  await root.query('delete from documents');
  for (const { id } of [globex, acme]) {
    await root.query(
      `insert into documents (organization_id, title, body, created_at)
        select $1, case when n % 3 = 0 then 'often' else 'plain' end || n, 'x', now() - n * interval '1 s'
        from generate_series(1, 60) n`,
      [id],
    );
  }
  for (const [query, every] of [
    ['o', 3],
    ['often', 3],
    ['plain', 0],
    ['often60', 60],
  ] as const) {
    for (const first of [undefined, 1, 3, 50]) {
      const { text, values } = matchesText(
        documents.title,
        query,
        first === undefined ? {} : { first },
      );
      const { rows } = await as(acme, () =>
        pool.query(`select title from documents where ${text} order by created_at desc`, [
          ...values,
        ]),
      );
      const numbers = Array.from({ length: 60 }, (_, i) => i + 1);
      const wanted = numbers.filter((n) => (every === 0 ? n % 3 !== 0 : n % every === 0));
      expect(rows.map(({ title }) => Number(title.replace(/\D/g, '')))).toEqual(
        wanted.slice(0, first),
      );
    }
  }
});
