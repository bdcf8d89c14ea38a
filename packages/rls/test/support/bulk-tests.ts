import { bulkInsert } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyType, everyTypeSql } from '../fixtures/every-type.ts';
import { tenancy } from '../fixtures/schema.ts';
import { runAll, withClient } from './apply.ts';
import { connect } from './fixture.ts';
import { asTenant, inContext, sqlState } from './scope.ts';
import { acme, globex } from './seed.ts';

type Row = typeof everyType.$inferInsert;

const full: Row = {
  text: 'a "quoted", {braced} \\ text with \n and é 🎉',
  short: 'abc',
  integer: -1,
  small: 7,
  big: 9007199254740993n,
  numeric: '12345678.90',
  real: 1.5,
  double: 0.1,
  flag: true,
  json: { a: [1, null, 'x"y'] },
  jsonb: ['{"not": "parsed"}', { deep: { é: '\\' } }],
  at: new Date('2030-01-02T03:04:05.678Z'),
  local: '2030-01-02 03:04:05',
  day: new Date('2030-01-02T00:00:00Z'),
  clock: '03:04:05',
  span: '1 day 02:00:00',
  address: '10.0.0.1',
  place: [1.5, -2],
  mood: 'it"s; fine',
  size: 'M',
  bytes: Buffer.from([0, 255, 92, 34]),
  reference: globex.id,
  texts: ['', 'NULL', 'a,b', '"', '\\', '{}'],
  numbers: [1, 2, 3],
  documents: [{ a: 1 }, [2], 'three'],
  made: 'given',
  status: 'open',
};

const empty = Object.fromEntries(
  Object.keys(full).map((key) => [key, key === 'status' ? 'closed' : null]),
) as Row;

/** The tests of `bulkInsert`, which are the same on every line of Drizzle. */
export async function bulkTests(url: string): Promise<void> {
  const { foundation, sections } = generate({ tenancy, schema: { everyType } });
  await withClient(url, (root) =>
    runAll(root, [
      ...foundation.statements,
      everyTypeSql,
      ...sections.flatMap((s) => s.statements),
    ]),
  );
  const client = await connect(url);
  const db = drizzle({ client });
  const asAcme = <R>(fn: () => Promise<R>) => inContext(client, asTenant(acme.id), fn);
  const insert = (rows: readonly Row[]) =>
    asAcme(async () => db.execute(bulkInsert(everyType, rows)));
  const stored = async () =>
    (
      await client.query(
        `select to_jsonb(e) - '{id,number}'::text[] row from every_type e order by number`,
      )
    ).rows.map(({ row }) => row);
  const clear = () => client.query('truncate every_type');

  describe('a bulk insert', () => {
    test('stores what Drizzle’s own insert stores, for every type, and for nulls', async () => {
      await asAcme(async () => db.insert(everyType).values([full, empty]));
      const expected = await stored();
      await clear();
      const { rowCount } = await insert([full, empty]);
      expect(rowCount).toBe(2);
      expect(await stored()).toEqual(expected);
      expect(expected[0].organization_id).toBe(acme.id);
      await clear();
    });

    test('leaves columns that no row names to their defaults, those of Drizzle and of the database', async () => {
      await insert([{ text: 'a' }, { text: 'b', integer: 1 }]);
      const rows = await stored();
      expect(
        rows.map((row) => [row.text, row.integer, row.status, row.made, row.organization_id]),
      ).toEqual([
        ['a', null, 'new', 'by default', acme.id],
        ['b', 1, 'new', 'by default', acme.id],
      ]);
      await clear();
    });

    test('can be continued as SQL', async () => {
      const { rows } = await asAcme(async () =>
        db.execute(sql`${bulkInsert(everyType, [{ text: 'a' }, { text: 'b' }])} returning text`),
      );
      expect(rows).toEqual([{ text: 'a' }, { text: 'b' }]);
      await clear();
    });

    test('of no rows does nothing', async () => {
      expect((await insert([])).rowCount).toBe(0);
    });

    test('has one text for any number of rows, so it can be prepared', async () => {
      const texts = [1, 2, 500].map((n) => {
        const rows = Array.from({ length: n }, () => ({ text: 'a', integer: n }));
        return bulkInsert(everyType, rows);
      });
      const sent: string[] = [];
      const recorder = {
        async query(config: { text: string }) {
          sent.push(config.text);
          return { rows: [] };
        },
      };
      for (const text of texts) await drizzle({ client: recorder as never }).execute(text);
      expect(new Set(sent).size).toBe(1);
      expect(sent[0]).toBe(
        'insert into "every_type" ("text", "integer", "made", "organization_id") select r."c0", r."c1", r."c2", (select tenantry.current_tenant()) from unnest($1::text[], $2::integer[], $3::text[]) r ("c0", "c1", "c2")',
      );
    });

    test('carries any text, document and array', async () => {
      const plain = fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0'));
      const document = fc
        .jsonValue()
        .filter((v) => v !== null && !JSON.stringify(v).includes('\\u0000'));
      const row = fc.record({
        text: fc.option(plain),
        jsonb: fc.option(document),
        texts: fc.option(fc.array(plain, { maxLength: 4 })),
        documents: fc.option(fc.array(document, { maxLength: 3 })),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
          const read = await asAcme(async () => {
            await db.execute(sql`delete from every_type`);
            await db.execute(bulkInsert(everyType, rows as Row[]));
            // Not through Drizzle 0.45, which parses a document that is a string a second time.
            const query = 'select text, jsonb, texts, documents from every_type order by number';
            return (await client.query(query)).rows;
          });
          expect(read).toEqual(JSON.parse(JSON.stringify(rows)));
        }),
        { numRuns: 60 },
      );
      await clear();
    });
  });

  describe('a bulk insert refuses', () => {
    test('a row of another tenant', async () => {
      expect(
        await state(
          insert([
            { text: 'a', organizationId: acme.id },
            { text: 'b', organizationId: globex.id },
          ]),
        ),
      ).toBe('42501');
      expect(await stored()).toEqual([]);
    });

    test('a text that is too long, instead of cutting it', async () => {
      expect(await state(insert([{ short: 'abcd' }]))).toBe('22001');
    });

    test.each([
      [
        'a default that only some rows override',
        [{ status: 'x' }, { text: 'a' }],
        /1 of 2 rows leave status/,
      ],
      ['SQL among the values', [{ text: sql`now()` }], /SQL as the value of text/],
      ['an unknown property', [{ txet: 'a' }], /property "txet"/],
    ])('%s', (_, rows, message) => {
      expect(() => bulkInsert(everyType, rows as unknown as Row[])).toThrow(message);
    });
  });
}

/** The SQLSTATE under Drizzle's own error. */
const state = (promise: Promise<unknown>) =>
  sqlState(promise.catch((error: Error) => Promise.reject(error.cause ?? error)));
