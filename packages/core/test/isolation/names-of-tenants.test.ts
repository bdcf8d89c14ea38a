import { expect, test } from 'vitest';
import { entrySql } from '../../src/sql/index.ts';
import { acme, ada, bob, coreDatabase, directory, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase(tenancy);
const domains = { table: ['public', 'domains'], column: 'name', tenant: 'owner' } as const;
await database.ask(`create table domains (name text primary key, owner uuid not null);
  alter table domains enable row level security;
  create policy domains_system on domains to system using (true);
  insert into domains values ('acme.test', '${acme}'), ('rocket.test', '${acme}'),
    ('globex.test', '${globex}'), ('gone.test', gen_random_uuid())`);
await database.ask(
  entrySql(tenancy, {
    ...directory,
    claims: { slug: 'slug', domain: 'name' },
    claimTables: { domain: domains },
  }).sql,
);
const pool = database.pool();
const enter = (by: string, value: string, user: string | null) =>
  pool.enter({ claim: { by, value }, user }, async () => {
    const { rows } = await pool.query('select name from organizations');
    return rows[0]?.name;
  });

test('a tenant is found by any of its names in a table of their own', async () => {
  expect(await enter('domain', 'acme.test', ada)).toBe('Acme');
  expect(await enter('domain', 'rocket.test', ada)).toBe('Acme');
  expect(await enter('domain', 'globex.test', null)).toBe('Globex');
  expect(await enter('slug', 'globex', bob)).toBe('Globex');
});

test.each([
  ['of another tenant', 'globex.test', ada],
  ['that nobody has', 'nobody.test', ada],
  ['of a tenant that is gone', 'gone.test', null],
])('a name %s is refused in the same words', async (_, name, user) => {
  const error = await failure(enter('domain', name, user));
  expect(error).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  expect(error.message).not.toContain(name);
});
