import fc from 'fast-check';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { parserOf, parseTimestamptz } from '../../src/wire/timestamptz.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const oid = pg.types.builtins.TIMESTAMPTZ;
const ofPg = pg.types.getTypeParser(oid, 'text') as (text: string) => unknown;
const ours = parserOf(pg.types, oid);

describe('a timestamptz', () => {
  test('is not read by the parser of pg, which is known for what it is', () => {
    expect(ours).not.toBe(ofPg);
  });

  test('is read as pg reads it, whatever the text', () => {
    const digits = (n: number) => fc.stringMatching(new RegExp(`^\\d{${n}}$`));
    const text = fc
      .tuple(
        fc.oneof(digits(4), fc.stringMatching(/^\d{1,6}$/)),
        fc.tuple(digits(2), digits(2), digits(2), digits(2), digits(2)),
        fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,7}$/)),
        fc.oneof(
          fc.constantFrom('', 'Z', '+00', ' BC'),
          fc.stringMatching(/^[+-]\d{2}(:\d{2}){0,2}( BC)?$/),
        ),
      )
      .map(
        ([year, [month, day, h, m, s], fraction, zone]) =>
          `${year}-${month}-${day} ${h}:${m}:${s}${fraction}${zone}`,
      );
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (value) => {
        expect(ours(value)).toEqual(ofPg(value));
      }),
      { numRuns: 20_000 },
    );
  });

  test('of every size and zone comes from the server as pg gives it', async () => {
    const pool = database.pool({ max: 1 });
    const times = [
      ...['infinity', '-infinity', '4713-01-01 BC', '0044-03-15 BC', '0001-01-01', '0099-12-31'],
      ...['0100-01-01', '1883-11-18 12:03:58', '1970-01-01', '2024-02-29 23:59:59.999999'],
      ...['2024-03-31 02:30:00', '2024-10-27 02:30:00', '9999-12-31 23:59:59', '294276-12-31'],
    ];
    const plain = new pg.Client(database.web);
    await plain.connect();
    try {
      for (const zone of [
        'UTC',
        'Europe/Zurich',
        'Asia/Kolkata',
        'America/New_York',
        'Asia/Kathmandu',
      ]) {
        const text = `select set_config('TimeZone', '${zone}', true), t::timestamptz as t from unnest($1::text[]) t`;
        const [mine, theirs] = [
          await tenancy.run(acme, () => pool.query(text, [times])),
          await plain.query(text, [times]),
        ];
        expect(mine.rows).toEqual(theirs.rows);
      }
    } finally {
      await plain.end();
    }
  });

  test.each([
    ['2024-10-27 01:30:00+02', '2024-10-26T23:30:00.000Z'],
    ['2024-02-29 23:59:59.999999-05:30', '2024-03-01T05:29:59.999Z'],
  ])('%s takes the quick way', (text, iso) => {
    expect(parseTimestamptz(text)?.toISOString()).toBe(iso);
  });

  test.each(['infinity', '0099-01-01 00:00:00+00', '12024-01-01 00:00:00+00', '2024-01-01', ''])(
    '%s does not',
    (text) => expect(parseTimestamptz(text)).toBeUndefined(),
  );
});

describe('a parser of the application', () => {
  afterEach(() => pg.types.setTypeParser(oid, ofPg));

  const parsers: readonly (readonly [string, (text: string) => unknown])[] = [
    ['keeps the text', (text) => text],
    [
      'has the name of that of pg',
      function parseDate(isoDate: string) {
        return `own ${isoDate}`;
      },
    ],
    ['wraps that of pg', (text) => [ofPg(text)]],
  ];

  test.each(parsers)('that %s is the one that reads', async (_, parser) => {
    pg.types.setTypeParser(oid, parser);
    const pool = database.pool({ max: 1 });
    const { rows } = await tenancy.run(acme, () =>
      pool.query('select $1::timestamptz as t', ['2024-10-27 01:30:00+02']),
    );
    expect(rows[0].t).toEqual(parser('2024-10-26 23:30:00+00'));
  });
});
