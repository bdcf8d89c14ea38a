import { isDeepStrictEqual } from 'node:util';
import { defineIsolation } from '@tenantry/rls';
import { customType, pgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { type AuditEntry, audited } from '../src/index.ts';
import { audit, auditLogs, organizations, tenancy } from './fixtures/schema.ts';
import { acme, ada, adaEntry, ownWorld } from './support/world.ts';

const { isolate } = defineIsolation(tenancy);
const typed = (type: string) => customType<{ data: string }>({ dataType: () => type });
const long = (last: string) => `repeat('x', 20000) || '${last}'`;

/** A type, a value, and another that a comparison may take for the same. */
const kinds: readonly (readonly [type: string, value: string, other: string])[] = [
  ['boolean', 'true', 'false'],
  ['smallint', '1', '2'],
  ['integer', '1', '2'],
  ['bigint', '9007199254740992', '9007199254740993'],
  ['numeric', '1.0', '1.00'],
  ['numeric(30,10)', '12345678901234567890.1', '12345678901234567890.2'],
  ['numeric', "'NaN'", '1'],
  ['real', "'0'", "'-0'"],
  ['double precision', "'0'", "'-0'"],
  ['double precision', '0.1', '0.10000000000000002'],
  ['money', '1', '2'],
  ['text', "'a'", "'A'"],
  ['text', long('y'), long('z')],
  ['varchar(20)', "'a'", "'a '"],
  ['varchar', "'a'", 'null'],
  ['text collate case_blind', "'straße'", "'STRASSE'"],
  ['text collate case_blind', "'a'", "'A'"],
  ['char(3)', "'a'", "'b'"],
  ['bpchar', "'a'", "'a  '"],
  ['"char"', "'a'", "'b'"],
  ['name', "'a'", "'b'"],
  ['charge_status', "'open'", "'paid'"],
  ['elsewhere."Text Kind"', "'One'", "'two ''2'''"],
  ['"integer_like"', "'a'", "'b'"],
  ['date_of_birth', "'2000-01-01'", "'infinity'"],
  ['price', '1.0', '1.00'],
  ['odd_json', `'"\\u0000"'`, `'"\\u0001"'`],
  ['amount', "row(1.0, 'EUR')", "row(1.00, 'EUR')"],
  ['holder', `row('"\\u0000"')`, `row('"\\ud800"')`],
  ['bytea', "'\\x00'", "'\\x0000'"],
  ['bytea', "decode(repeat('00', 30000), 'hex')", "decode(repeat('00', 29999) || '01', 'hex')"],
  ['bit(3)', "b'101'", "b'100'"],
  ['bit varying', "b'101'", "b'1010'"],
  ['date', "'2026-01-01'", "'2026-01-02'"],
  ['time', "'12:00'", "'12:00:00.000001'"],
  ['time with time zone', "'12:00+00'", "'13:00+01'"],
  ['timestamp', "'2026-01-01'", "'-infinity'"],
  ['timestamp (3) with time zone', "'2026-01-01Z'", "'2026-01-01T00:00:00.001Z'"],
  ['interval', "'1 month'", "'30 days'"],
  ['interval', "'24 hours'", "'1 day'"],
  ['uuid', `'${acme}'`, `'${ada}'`],
  ['inet', "'10.0.0.1'", "'10.0.0.1/24'"],
  ['cidr', "'10.0.0.0/8'", "'10.0.0.0/9'"],
  ['macaddr', "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'"],
  ['json', `'{"a":1}'`, `'{"a": 1}'`],
  ['json', `'{"a":1,"b":2}'`, `'{"b":2,"a":1}'`],
  ['json', `'{"a":1}'`, `'{"a":"\\u0000"}'`],
  ['json', `'{"a":"\\u0000"}'`, `'{"a":"\\u0000", "b": 1}'`],
  ['json', `'"\\ud800"'`, `'1e400000'`],
  ['json[]', `array['"\\u0000"']::json[]`, `array['1']::json[]`],
  ['jsonb', `'{"a":1.0}'`, `'{"a":1.00}'`],
  ['jsonb', `'null'`, 'null'],
  ['jsonb', `'"null"'`, `'null'`],
  ['jsonb', `jsonb_build_object('a', ${long('y')})`, `jsonb_build_object('a', ${long('z')})`],
  ['xml', "'<a/>'", "'<a></a>'"],
  ['tsvector', "'a:1'", "'a:2'"],
  ['tsquery', "'a & b'", "'b & a'"],
  ['point', "'(0,0)'", "'(-0,0)'"],
  ['line', "'{1,2,3}'", "'{2,4,6}'"],
  ['lseg', "'[(0,0),(1,1)]'", "'[(1,1),(0,0)]'"],
  ['box', "'(2,2),(0,0)'", "'(4,1),(0,0)'"],
  ['path', "'[(0,0),(1,1)]'", "'[(0,0),(2,2)]'"],
  ['polygon', "'((0,0),(1,1),(2,0))'", "'((1,1),(2,0),(0,0))'"],
  ['circle', "'<(0,0),1>'", "'<(5,5),1>'"],
  ['integer[]', "'{1,2}'", "'[0:1]={1,2}'"],
  ['numeric[]', "'{1.0}'", "'{1.00}'"],
  ['text[]', "'{null}'", '\'{"null"}\''],
  ['charge_status[]', "'{open}'", "'{open,paid}'"],
  ['numrange', "'[1.0,2)'", "'[1.00,2)'"],
  ['int4multirange', "'{[1,3)}'", "'{[1,2)}'"],
  ['pg_lsn', "'0/1'", "'0/2'"],
  ['xid8', "'1'", "'2'"],
  ['regclass', "'pg_class'", "'pg_type'"],
  ['jsonpath', "'$.a'", "'$.b'"],
];
const nameOf = (i: number) => `Größe ${i} 'select' %s $1 \\`;
const columns = Object.fromEntries(kinds.map(([type], i) => [`v${i}`, typed(type)(nameOf(i))]));
const things = pgTable(
  'Things of all kinds',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), ...columns },
  (t) => [...isolate(t), ...audited(t)],
);

/** As many columns as a table can have. */
const widest = pgTable(
  'widest',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    ...Object.fromEntries(
      Array.from({ length: 1598 }, (_, i) => [
        `c${i}`,
        typed(i % 2 === 0 ? 'smallint' : 'real')(`c${i}`),
      ]),
    ),
  },
  (t) => [...isolate(t), ...audited(t, { personal: ['c7'] as never, mask: ['c8'] as never })],
);

const types = [
  `create collation case_blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`,
  `create type charge_status as enum ('open', 'paid')`,
  `create type integer_like as enum ('a', 'b')`,
  `create schema elsewhere`,
  `grant usage on schema elsewhere to public`,
  `create type elsewhere."Text Kind" as enum ('One', 'two ''2''')`,
  `create domain date_of_birth as date`,
  `create domain price as numeric`,
  `create domain odd_json as json`,
  `create type amount as (value numeric, currency text)`,
  `create type holder as (content json)`,
];
// drizzle-kit quotes what it takes for the name of an enum
const unquoted = (statement: string) =>
  statement.replaceAll(/"("char"|"integer_like"|elsewhere\."Text Kind")"/g, '$1');
const { pool, ask, asAda } = await ownWorld(
  { organizations, auditLogs, things, widest },
  { before: types, rewrite: unquoted },
);
const resource = 'Things of all kinds';
const table = `"${resource}"`;

const sides = (entry: AuditEntry | undefined) =>
  (entry?.metadata ?? {}) as Record<string, Record<string, unknown>>;
const latest = async (resource: string) =>
  tenancy.run(
    adaEntry,
    async () => (await audit.query(pool, { resource: [resource], limit: 1 })).entries[0],
  );

describe('of every type', () => {
  for (const [i, [type, value, other]] of kinds.entries()) {
    const column = `"${nameOf(i)}"`;
    test(`${type} ${value.slice(0, 30)} → ${other.slice(0, 30)} can be told apart, there and back`, async () => {
      const said = async (sql: string) => {
        await asAda(() => pool.query(sql));
        return latest(resource);
      };
      const cast = (text: string) => `(${text})${type.includes('collate') ? '' : `::${type}`}`;
      const came = await said(`insert into ${table} (${column}) values (${cast(value)})`);
      expect(came?.action).toBe(`${resource}.inserted`);
      for (const to of [other, value]) {
        const changed = await said(
          `update ${table} set ${column} = ${cast(to)} where id = '${came?.resource.id}'`,
        );
        const { old, new: now } = sides(changed);
        expect(changed?.action).toBe(`${resource}.updated`);
        expect(Object.keys(old ?? {})).toEqual([nameOf(i)]);
        expect(Object.keys(now ?? {})).toEqual([nameOf(i)]);
        expect(isDeepStrictEqual(old, now), JSON.stringify([old, now])).toBe(false);
      }
      const before = (await ask('select count(*)::int as n from audit_logs'))[0];
      await asAda(() =>
        pool.query(`update ${table} set ${column} = ${column} where id = '${came?.resource.id}'`),
      );
      expect((await ask('select count(*)::int as n from audit_logs'))[0]).toEqual(before);
      const gone = await said(`delete from ${table} where id = '${came?.resource.id}'`);
      expect(gone?.action).toBe(`${resource}.deleted`);
      expect((await ask('select from tenantry.audit_failures')).length).toBe(0);
    });
  }
});

test('a table of 1,600 columns is captured whole', async () => {
  await asAda(async () => {
    await pool.query('insert into widest (c0, c7, c8, c1597) values (1, 7, 8, 1597)');
    await pool.query('update widest set c0 = 2, c1 = 0.5, c7 = 70, c8 = 80');
    await pool.query('delete from widest');
  });
  const { entries } = await asAda(() => audit.query(pool, { resource: ['widest'] }));
  const [gone, changed, came] = entries;
  expect(Object.keys(sides(came).new ?? {})).toHaveLength(1599);
  expect(changed?.metadata).toEqual({
    old: { c0: 1, c1: null, c7: 7, c8: '[masked]' },
    new: { c0: 2, c1: 0.5, c7: 70, c8: '[masked]' },
  });
  expect(sides(gone).old).toMatchObject({ c1597: 1597, c7: 70 });
});

test('and every capture runs without a row, as doctor runs it', async () => {
  expect(await ask('select * from tenantry.audit_try_captures()')).toEqual([]);
});
