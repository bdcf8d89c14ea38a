import { generatedObjects } from '@tenantry/rls/generate';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { readStatement } from '../../src/generate/objects/read.ts';
import { application } from '../fixtures/application.ts';
import { objectsOf } from '../support/objects.ts';

const database = await testDatabase({
  key: 'rls-objects',
  migrate: async (url) => {
    await applySchema(url, application);
  },
});

test('the objects that are read are those that a database has', async () => {
  const objects = generatedObjects(application);
  const titles = (kinds: readonly string[]) =>
    objects
      .filter(({ kind }) => kinds.includes(kind))
      .map(
        ({ kind, schema, relation, name }) =>
          `${kind} ${[schema, relation, name].filter(Boolean).join('.')}`,
      )
      .sort();
  const found = await withClient(database.url, objectsOf);
  expect(titles(['function', 'trigger', 'foreign key'])).toEqual(found);
});

test('each is dropped by its statement', async () => {
  const objects = generatedObjects(application).reverse();
  await withClient(database.url, async (client) => {
    await client.query('begin');
    for (const { kind, drop } of objects) {
      if (kind !== 'function' && drop !== undefined) await client.query(drop);
    }
    for (const { kind, drop } of objects) {
      if (kind === 'function' && drop !== undefined) await client.query(drop);
    }
    expect(await objectsOf(client)).toEqual([]);
    await client.query('rollback');
  });
});

test('a right that is taken away is an object without privileges', () => {
  const rights = generatedObjects(application).filter(
    ({ kind, of, relation }) => kind === 'grant' && of === 'table' && relation === 'plans',
  );
  expect(rights.map(({ name, text }) => [name, text])).toEqual([
    ['public', ''],
    ['app', 'select'],
    ['system', 'delete, insert, select, update'],
  ]);
});

test.each<[string, string]>([
  [
    'create trigger t after insert on "a.b"."c d" for each row execute function f()',
    'trigger a.b|c d|t',
  ],
  ['CREATE UNIQUE INDEX "x" ON "t" USING btree ("a");--> statement-breakpoint', 'index public|t|x'],
  [
    "create function s.f(a int, b double precision, out c text, variadic d text[] default '{}') returns text as $$ $$",
    'function s||f(integer, double precision, text[])',
  ],
  [
    'create function s.f(timestamptz, "My type") returns text as $$ $$',
    'function s||f(timestamp with time zone, "My type")',
  ],
  ["create policy p on t for all to app using (a = ';' and b = $x$;$x$)", 'policy public|t|p'],
  ['comment on constraint "k" on t is \'x\'', 'comment public|t|k'],
  [
    '/* a */ alter table only t -- b\n add constraint k foreign key (a) references u (b)',
    'foreign key public|t|k',
  ],
  ['alter table t alter column c set default (coalesce(a, b))', 'default public|t|c'],
])('%s', (sql, title) => {
  const [change] = readStatement(sql) ?? [];
  if (change?.does !== 'make') throw new Error(`nothing is made: ${JSON.stringify(change)}`);
  const { kind, schema, relation, name } = change.object;
  expect(`${kind} ${schema}|${relation}|${name}`).toBe(title);
});

test('the layout of a statement does not change its hash', () => {
  const hashes = [
    'create policy "p" on "public"."t" to app using (a = 1)',
    'CREATE  POLICY "p"\n-- why\n on "public"."t" TO app USING ( a=1 );',
  ].map((sql) => readStatement(sql)?.map((change) => 'object' in change && change.object.hash));
  expect(hashes[0]).toEqual(hashes[1]);
});

test('a reference is the foreign key that it makes, and its comment', () => {
  const key = 'foreign key ("a", "b") references "u"."u" ("x", "y") on delete cascade';
  const kept = `select acme.keep_reference('"s"."t"', 'a "k"', '${key}', 'tenantry 1f')`;
  const made = [
    `alter table "s"."t" add constraint "a ""k""" ${key} not valid`,
    `comment on constraint "a ""k""" on "s"."t" is 'tenantry 1f'`,
  ];
  expect(readStatement(kept)).toEqual(made.flatMap((sql) => readStatement(sql)));
  expect(readStatement("select acme.other('t', 'k', 'foreign key', 'm')")).toEqual([
    { does: 'run' },
  ]);
});

test('a statement that nobody understands is not taken for one that does nothing', () => {
  expect(readStatement('import foreign schema x from server y into z')).toBeUndefined();
  expect(readStatement('create rule r as on insert to t do nothing')).toBeUndefined();
});
