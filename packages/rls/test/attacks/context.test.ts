import { defineTenancy } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import { runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { fixture } from '../support/fixture.ts';
import { asTenant, inContext, inTransaction, sqlState } from '../support/scope.ts';
import { acme } from '../support/seed.ts';

const { app } = await fixture();
const asApp = (fn: () => Promise<unknown>) =>
  inTransaction(app, async () => {
    await app.query("select set_config('role', 'app', true)");
    return fn();
  });

const refusal = 'invalid input syntax for type uuid: "no tenant in this transaction"';
const outcome = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: Error) => error.message,
  );

describe('without a tenant', () => {
  test('a session that never had one is refused', async () => {
    expect(await outcome(asApp(() => app.query('select * from projects')))).toBe(refusal);
  });

  test('the empty setting that a finished transaction leaves behind is refused', async () => {
    await inContext(app, asTenant(acme.id), () => app.query('select'));
    const { rows } = await app.query("select current_setting('app.organization_id', true) setting");
    expect(rows).toEqual([{ setting: '' }]); // '' and no longer NULL
    expect(await outcome(asApp(() => app.query('select * from projects')))).toBe(refusal);
    const insert = "insert into projects (name) values ('x')";
    expect(await outcome(asApp(() => app.query(insert)))).toBe(refusal);
  });

  test('ids of text are refused by a function, as they have no syntax', async () => {
    const ofText = defineTenancy({ tenant: 'organization', id: 'text' });
    const { url } = await testDatabase();
    await withClient(url, async (client) => {
      await runAll(client, generate({ tenancy: ofText, schema: {} }).foundation.statements);
      const ask = `select ${tenantOfTransaction(ofText).sql} as tenant`;
      expect(await sqlState(client.query(ask))).toBe('28000');
      await client.query("select set_config('app.organization_id', '', false)");
      expect(await sqlState(client.query(ask))).toBe('28000');
      await client.query("select set_config('app.organization_id', 'acme', false)");
      expect((await client.query(ask)).rows).toEqual([{ tenant: 'acme' }]);
    });
  });

  test.each(['x', "' or true --", '*', '%'])('a malformed one is an error: %s', async (tenant) => {
    const attempt = inContext(app, asTenant(tenant), () => app.query('select * from projects'));
    expect(await sqlState(attempt)).toBe('22P02');
  });

  test('an unknown one sees nothing', async () => {
    const nobody = asTenant('00000000-0000-4000-8000-00000000dead');
    const { rows } = await inContext(app, nobody, () => app.query('select * from projects'));
    expect(rows).toEqual([]);
  });

  test('the login itself has no rights', async () => {
    expect(await sqlState(app.query('select * from projects'))).toBe('42501');
    expect(await sqlState(app.query('select tenantry.current_tenant()'))).toBe('42501');
  });
});

test('a rolled-back savepoint takes a nested context with it', async () => {
  await inContext(app, asTenant(acme.id), async () => {
    await app.query('savepoint a');
    await app.query(
      "select set_config('app.organization_id', '00000000-0000-4000-8000-000000000011', true)",
    );
    await app.query('rollback to a');
    const { rows } = await app.query('select distinct organization_id from projects');
    expect(rows).toEqual([{ organization_id: acme.id }]);
  });
});

describe('entering', () => {
  const enter = (by: string, claim: string, user: string | null) =>
    asApp(
      async () =>
        (
          await app.query("select tenantry.enter($1, $2, $3)::json ->> 'tenant' as tenant", [
            by,
            claim,
            user,
          ])
        ).rows,
    );

  test('finds the tenant of a claim for its member', async () => {
    expect(await enter('slug', 'acme', acme.user)).toEqual([{ tenant: acme.id }]);
    expect(await enter('id', acme.id, acme.user)).toEqual([{ tenant: acme.id }]);
    expect(await enter('slug', 'acme', null)).toEqual([{ tenant: acme.id }]);
  });

  test.each([
    ['an unknown tenant', 'slug', 'nobody'],
    ['a foreign tenant', 'slug', 'globex'],
    ['an unknown kind of claim', 'name', 'acme'],
    ['a pattern', 'slug', '%'],
    ['another spelling', 'slug', 'ACME'],
  ])('answers alike for %s', async (_, by, claim) => {
    expect(await sqlState(enter(by, claim, acme.user))).toBe('TN404');
  });
});
