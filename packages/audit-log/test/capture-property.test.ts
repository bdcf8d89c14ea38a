import { isDeepStrictEqual } from 'node:util';
import { defineIsolation } from '@tenantry/rls';
import { customType, pgTable } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { audited } from '../src/index.ts';
import { auditLogs, organizations, tenancy } from './fixtures/schema.ts';
import { acme, ownWorld } from './support/world.ts';

const { isolate } = defineIsolation(tenancy);
const typed = (type: string) => customType<{ data: string }>({ dataType: () => type });

/** Values of a type as their texts; many of them are equal and not the same. */
const values: Readonly<Record<string, readonly string[]>> = {
  numeric: [
    '1',
    '1.0',
    '1.00',
    '-0',
    '0',
    'NaN',
    '1e300',
    '12345678901234567890.5',
    '12345678901234567891.5',
  ],
  'double precision': [
    '0',
    '-0',
    'NaN',
    'Infinity',
    '0.1',
    '0.30000000000000004',
    '1e308',
    '5e-324',
  ],
  bigint: ['0', '9007199254740992', '9007199254740993', '-9223372036854775808'],
  interval: ['1 month', '30 days', '720:00', '-1 day +24:00', '0', 'P1Y'],
  text: [
    '',
    'a',
    'A',
    'a ',
    'null',
    '\u{1F600}',
    '\\',
    "'",
    '"',
    'x'.repeat(9000),
    `${'x'.repeat(8999)}y`,
  ],
  'char(4)': ['', 'a', 'a ', 'abcd'],
  json: [
    'null',
    '{}',
    '{ }',
    '{"a":1,"a":2}',
    '{"a":2}',
    '"\\u0000"',
    '"\\ud800"',
    '1.0',
    '1.00',
    '[1,2]',
    '{"__proto__":1}',
  ],
  jsonb: [
    'null',
    '{}',
    '1.0',
    '1.00',
    '{"a":{"b":1.0}}',
    '{"a":{"b":1.00}}',
    '"1.0"',
    '{"__proto__":{"a":1}}',
  ],
  'integer[]': ['{}', '{1}', '[0:0]={1}', '{{1}}', '{null}'],
  bytea: ['\\x', '\\x00', '\\x0000'],
  timestamptz: [
    '2026-10-25 02:30+02',
    '2026-10-25 02:30+01',
    'infinity',
    '4713-01-01 BC',
    '294276-12-31',
  ],
  numrange: ['empty', '[1,2)', '[1.0,2)', '(,)'],
  circle: ['<(0,0),1>', '<(0,0),1.0000000000000002>', '<(9,9),1>'],
  mood: ['fine', 'Fine', "it's"],
};
const types = Object.keys(values);
const columnOf = (type: string) => `c_${types.indexOf(type)}`;
const table = (name: string, key: readonly string[], captured: readonly string[]) =>
  pgTable(
    name,
    {
      ...tenancy.columns.scoped(),
      id: typed('text')('id').notNull(),
      part: typed('integer')('part').notNull(),
      ...Object.fromEntries(types.map((type) => [columnOf(type), typed(type)(columnOf(type))])),
    },
    (t) => {
      const columns = t as unknown as Record<string, typeof t.id>;
      return [
        ...isolate(t, { key: key.map((each) => columns[each] as typeof t.id) }),
        ...audited(t, {
          id: captured as never,
          personal: [columnOf('text'), columnOf('json')] as never,
        }),
      ];
    },
  );
const tables = {
  // the id is the key, less than the key, and all of it
  one: table('one', ['id'], ['id']),
  two: table('two', ['id', 'part'], ['id']),
  whole: table('whole', ['part', 'id'], ['id', 'part']),
};
const { ask, url } = await ownWorld(
  { organizations, auditLogs, ...tables },
  {
    before: [`create type mood as enum ('fine', 'Fine', 'it''s')`],
  },
);

const cell = fc.constantFrom(...types).chain((type) =>
  fc.record({
    column: fc.constant(columnOf(type)),
    type: fc.constant(type),
    value: fc.constantFrom(null, ...(values[type] as string[])),
  }),
);
const cells = fc.uniqueArray(cell, { selector: ({ column }) => column, maxLength: 6 });
const change = fc.oneof(
  fc.record({
    kind: fc.constant('insert' as const),
    id: fc.constantFrom('a', 'b', 'A'),
    part: fc.nat(2),
    cells,
  }),
  fc.record({
    kind: fc.constant('update' as const),
    where: fc.constantFrom('true', `id = 'a'`, 'part = 1'),
    cells,
    moves: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('delete' as const),
    where: fc.constantFrom(`id = 'b'`, 'part = 0'),
  }),
);

interface Row extends Record<string, unknown> {
  readonly place: string;
  readonly text: string;
}

test('every change of a stored text has an entry with different old and new values, and no write fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('one', 'two', 'whole'),
      fc.array(change, { minLength: 1, maxLength: 12 }),
      async (name, changes) => {
        await ask(`truncate ${name}`);
        await ask(`alter table ${name} add column if not exists mark serial`);
        for (const each of changes) {
          const rows = () =>
            ask<Row>(`select mark::text as place, (${name}.*)::text as text from ${name}`);
          const from = (
            await ask<{ at: string }>(
              `select coalesce(max(transaction_id), 0)::text as at from audit_logs`,
            )
          )[0]?.at;
          const was = new Map((await rows()).map((row) => [row.place, row.text]));
          await ask(...sqlOf(name, each)).catch((error: { code?: string }) => {
            if (error.code !== '23505') throw error; // what the table itself refuses
          });
          const is = new Map((await rows()).map((row) => [row.place, row.text]));
          const entries = await ask<{ action: string; metadata: string; personal: string | null }>(
            `select action, metadata::text, personal::text from audit_logs where transaction_id > $1 and resource_type = $2`,
            [from, name],
          );
          const moved = (action: string) =>
            entries.filter((entry) => entry.action === `${name}.${action}`);
          const came = [...is].filter(([place]) => !was.has(place)).length;
          const went = [...was].filter(([place]) => !is.has(place)).length;
          const changed = [...is].filter(
            ([place, text]) => was.has(place) && was.get(place) !== text,
          ).length;
          const keys = moved('deleted').length - went;
          expect([moved('inserted').length - came, moved('updated').length + keys]).toEqual([
            keys,
            changed,
          ]);
          for (const { metadata, personal } of moved('updated')) {
            const [one, two] = [JSON.parse(metadata), JSON.parse(personal ?? '{"old":0,"new":0}')];
            const apart = [metadata, personal ?? '{}'].some((text) => {
              const [, now, old] = /^\{"new": (.*), "old": (.*)\}$/.exec(text) ?? [];
              return now !== old;
            });
            expect(
              apart &&
                !(
                  isDeepStrictEqual(one.old, one.new) &&
                  isDeepStrictEqual(two.old, two.new) &&
                  !/\d{16}/.test(metadata)
                ),
              metadata + personal,
            ).toBe(true);
          }
          expect(entries.some(({ metadata }) => metadata.includes('captureFailed'))).toBe(false);
        }
      },
    ),
    { numRuns: process.env.TENANTRY_LONG ? 500 : 40, endOnFailure: true },
  );
  expect(url).toBeTypeOf('string');
  expect(await ask('select from tenantry.audit_failures')).toHaveLength(0);
});

type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

function sqlOf(name: string, each: Change): [sql: string, values: unknown[]] {
  if (each.kind === 'delete') return [`delete from ${name} where ${each.where}`, []];
  const given = each.cells.map(({ value }) => value);
  if (each.kind === 'insert') {
    const columns = ['organization_id', 'id', 'part', ...each.cells.map(({ column }) => column)];
    const places = columns.map((_, i) => {
      const type = i < 3 ? '' : `::${each.cells[i - 3]?.type}`;
      return i < 3 ? `$${i + 1}` : `$${i + 1}::text${type}`;
    });
    return [
      `insert into ${name} (${columns.join(', ')}) values (${places.join(', ')})`,
      [acme, each.id, each.part, ...given],
    ];
  }
  const sets = each.cells.map(({ column, type }, i) => `${column} = $${i + 1}::text::${type}`);
  if (each.moves) sets.push('part = part + 3');
  return [
    `update ${name} set ${sets.length === 0 ? 'part = part' : sets.join(', ')} where ${each.where}`,
    given,
  ];
}
