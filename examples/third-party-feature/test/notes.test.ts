import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTenantPool, defineTenancy } from '@tenantry/core';
import { databaseErrorOf } from '@tenantry/core/adapter';
import { defineIsolation } from '@tenantry/rls';
import { diagnose } from '@tenantry/rls/doctor';
import { runUpkeep } from '@tenantry/rls/upkeep';
import { expectIsolated } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, expect, test } from 'vitest';
import { defineNotes } from '../src/index.ts';

const root = join(import.meta.dirname, '../../..');
const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const notes = defineNotes(tenancy, { lockSeconds: 60 });
const schema = {
  organizations: pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
    (t) => [...defineIsolation(tenancy).tenants(t)],
  ),
  notes: pgTable('notes', notes.tables.notes.columns(), (t) => [...notes.tables.notes.rules(t)]),
};
const application = { tenancy, schema, features: [notes] };
const { url } = await testDatabase({
  key: 'third-party-feature',
  migrate: async (to) => void (await applySchema(to, application)),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
afterAll(() => pool.end());
const db = drizzle({ client: pool });

const [acme, globex] = [
  '00000000-0000-4000-8000-00000000000a',
  '00000000-0000-4000-8000-00000000000b',
];
await tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, () =>
  db.insert(schema.organizations).values([
    { id: acme, name: 'Acme' },
    { id: globex, name: 'Globex' },
  ]),
);
const inAcme = <R>(fn: () => Promise<R>) => tenancy.run(acme as string, fn);
const [note] = await inAcme(() =>
  db.insert(schema.notes).values({ body: 'Anvils' }).returning({ id: schema.notes.id }),
);
const id = note?.id as string;

test('a note is locked by one editor at a time, on the pool, Drizzle and a transaction', async () => {
  await inAcme(() => notes.lock(db, id, { editor: 'ada' }));
  await inAcme(() => notes.lock(pool, id, { editor: 'ada' }));
  const refused = await inAcme(() => notes.lock(pool, id, { editor: 'bob' })).catch((e) => e);
  expect(databaseErrorOf(refused)).toMatchObject({
    code: 'NOTE_LOCKED',
    status: 409,
    details: { note: id },
  });
  expect(await inAcme(() => notes.describe(db))).toMatchObject({
    lists: [{ id: 'locked', rows: [{ note: id, by: 'ada' }], more: false }],
  });
  expect((await tenancy.run(globex as string, () => notes.describe(db))).lists[0]?.rows).toEqual(
    [],
  );
});

test('upkeep gives up what is over, and start and stop run it', async () => {
  await withClient(url, (client) => client.query(`update notes set locked_until = '2001-01-01'`));
  const [turn] = await runUpkeep(pool, { features: [notes] });
  expect(turn?.report).toMatchObject({ done: true, did: { released: 1 } });
  await inAcme(() => notes.lock(db, id, { editor: 'bob' }));
  await notes.start(pool).stop();
});

test('doctor finds nothing, and finds a function that nobody may call', async () => {
  const found = () =>
    withClient(url, async (client) => {
      const { findings } = await diagnose(client, { ...application, role: 'app' });
      return findings.filter(({ group }) => group === 'features').map(({ rule }) => rule);
    });
  expect(await found()).toEqual([]);
  const may = 'execute on function tenantry.lock_note(text, text, integer)';
  await withClient(url, (client) => client.query(`revoke ${may} from app`));
  expect(await found()).toEqual(['acme-notes-lockable']);
  await withClient(url, (client) => client.query(`grant ${may} to app`));
});

test('its table keeps tenants apart', () => expectIsolated({ pool, tenancy, schema }));

test('its options are checked', () => {
  expect(() => defineNotes(tenancy, { lockSeconds: 0 })).toThrow('option lockSeconds 0');
});

test('its commands are found by their words', async () => {
  expect(Object.keys(await notes.commands())).toEqual(['notes locks']);
});

test('the guide shows every file of it, and it is short', () => {
  const guide = readFileSync(join(root, 'docs/guides/your-own-feature.md'), 'utf8');
  const folder = 'examples/third-party-feature/src';
  const files = readdirSync(join(root, folder));
  const shown = [...guide.matchAll(/^<<< \.\.\/\.\.\/(\S+?)(?:\{\w+\})?$/gm)].map(
    ([, path]) => path,
  );
  expect(shown.sort()).toEqual(files.map((file) => `${folder}/${file}`).sort());
  const lines = files.map(
    (file) => readFileSync(join(root, folder, file), 'utf8').split('\n').length - 1,
  );
  expect(lines.reduce((sum, each) => sum + each)).toBeLessThan(200);
});
