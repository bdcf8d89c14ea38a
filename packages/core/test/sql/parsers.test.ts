import { drizzle } from 'drizzle-orm/node-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callFunction, type Queryable } from '../../src/sql/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool();

const values = {
  jsonb: [`'{"a": [1, null]}'::jsonb`, { a: [1, null] }],
  json: [`'{"a": "{}"}'::json`, { a: '{}' }],
  boolean: ['true', true],
  integer: ['7', 7],
  bigint: ['7', 7],
  text: [`'{"a": 1}'`, '{"a": 1}'],
  'text[]': [`array['x', 'null']`, ['x', 'null']],
  uuid: [`'${acme}'::uuid`, acme],
} as const;
const named = (type: string) => `gives_${type.replace('[]', 's')}`;

// bool, int8, int4, json, jsonb
const changed = [16, 20, 23, 114, 3802] as const;
const before = changed.map((oid) => pg.types.getTypeParser(oid));

beforeAll(async () => {
  for (const [type, [value]] of Object.entries(values)) {
    await database.ask(
      `create function tenantry.${named(type)}() returns ${type} language sql as $$ select ${value} $$`,
    );
  }
  await database.ask(
    `create function tenantry.gives_null() returns jsonb language sql as $$ select null::jsonb $$`,
  );
  // an application that reads these types in its own way
  for (const oid of changed) pg.types.setTypeParser(oid, (text) => ({ own: text }) as never);
});
afterAll(() => {
  for (const [i, oid] of changed.entries()) pg.types.setTypeParser(oid, before[i] as never);
});

const libraries: Record<string, (work: (db: Queryable) => Promise<void>) => Promise<void>> = {
  'the pool': (work) => work(pool),
  async 'a client'(work) {
    const client = await pool.connect();
    try {
      await work(client);
    } finally {
      client.release();
    }
  },
  Drizzle: (work) => work(drizzle(pool)),
  'a transaction of Drizzle': (work) => drizzle(pool).transaction((tx) => work(tx)),
  Kysely: (work) => work(new Kysely({ dialect: new PostgresDialect({ pool }) })),
};

describe.each(Object.entries(libraries))('through %s', (_, within) => {
  test('a call gives what its function returns, whatever parsers the application has', async () => {
    await tenancy.run(acme, () =>
      within(async (db) => {
        for (const [type, [, wanted]] of Object.entries(values)) {
          expect(await callFunction(db, named(type)), type).toEqual(wanted);
        }
        expect(await callFunction(db, 'gives_null')).toBeNull();
      }),
    );
  });
});
