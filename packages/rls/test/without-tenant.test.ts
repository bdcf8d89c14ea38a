import { defineTenancy } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { defineIsolation } from '../src/index.ts';
import { examine, lines } from './doctor/support.ts';
import { applySchema } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { asSystem, inContext, sqlState } from './support/scope.ts';

const tenancy = defineTenancy({ tenant: 'team', id: 'integer' });
const { isolate } = defineIsolation(tenancy);
const as = { role: 'app', setting: 'app.team_id', tenant: '1' };

const columns = () => ({ id: serial().primaryKey(), teamId: integer('team_id'), body: text() });

test('a nullable tenant column has to say what null is', async () => {
  const { url } = await testDatabase();
  const silent = pgTable('silent', columns(), (t) => [...isolate(t)]);
  await expect(applySchema(url, { tenancy, schema: { silent } })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    found:
      'column team_id of table silent may be null, and nothing says what a row without a tenant is.',
    fix: expect.stringContaining("withoutTenant: 'hidden'"),
  });
});

describe('hidden: nobody\u2019s yet', async () => {
  const notes = pgTable('notes', columns(), (t) => [...isolate(t, { withoutTenant: 'hidden' })]);
  const schema = { notes };
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  const client = await connect(url);
  await client.query(
    `insert into notes (team_id, body) values (null, 'old'), (1, 'one'), (2, 'two')`,
  );
  const asTeam = <R>(fn: () => Promise<R>) => inContext(client, as, fn);
  const bodies = async () =>
    (await client.query('select body from notes order by id')).rows.map(({ body }) => body);

  test('doctor has nothing against it', async () => {
    expect(lines(await examine(client, { tenancy, schema }))).toEqual([]);
  });

  test('a tenant neither sees nor writes such a row', async () => {
    expect(await asTeam(bodies)).toEqual(['one']);
    const tried = (sql: string) => sqlState(asTeam(() => client.query(sql)));
    expect(await tried(`insert into notes (team_id, body) values (null, 'x')`)).toBe('42501');
    expect(await tried('update notes set team_id = null')).toBe('42501');
    expect(await tried('update notes set team_id = 1 where team_id is null')).toBe('none');
    const { rowCount } = await asTeam(() =>
      client.query('delete from notes where team_id is null'),
    );
    expect(rowCount).toBe(0);
    expect(await asSystem(client, bodies)).toEqual(['old', 'one', 'two']);
  });

  test('the system role gives it a tenant once, and takes none away', async () => {
    const tried = (sql: string) => sqlState(asSystem(client, () => client.query(sql)));
    expect(await tried('update notes set team_id = 2 where team_id = 1')).toBe('42501');
    expect(await tried('update notes set team_id = null where team_id = 1')).toBe('42501');
    expect(await tried('update notes set team_id = 1 where team_id is null')).toBe('none');
    expect(await asTeam(bodies)).toEqual(['old', 'one']);
  });
});

describe('shared: everybody\u2019s', async () => {
  const notes = pgTable('notes', columns(), (t) => [...isolate(t, { withoutTenant: 'shared' })]);
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema: { notes } });
  const client = await connect(url);
  await client.query(
    `insert into notes (team_id, body) values (null, 'for all'), (1, 'one'), (2, 'two')`,
  );

  test('a tenant reads such a row and writes none', async () => {
    const asTeam = <R>(fn: () => Promise<R>) => inContext(client, as, fn);
    const { rows } = await asTeam(() => client.query('select body from notes order by id'));
    expect(rows.map(({ body }) => body)).toEqual(['for all', 'one']);
    const { rowCount } = await asTeam(() => client.query(`update notes set body = 'x'`));
    expect(rowCount).toBe(1);
    expect(lines(await examine(client, { tenancy, schema: { notes } }))).toEqual([]);
  });
});

test('a key that holds the tenant cannot be null', async () => {
  const { url } = await testDatabase();
  const wrong = pgTable('wrong', { teamId: integer('team_id'), id: integer() }, (t) => [
    ...isolate(t, { withoutTenant: 'hidden' }),
  ]);
  await expect(applySchema(url, { tenancy, schema: { wrong } })).rejects.toThrow(
    'whose primary key holds the tenant',
  );
});
