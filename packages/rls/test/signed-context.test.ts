import { defineTenancy } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import { generate } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { application } from './fixtures/application.ts';
import { applySchema, runAll, withClient } from './support/apply.ts';
import {
  type Attack,
  forging,
  hideSecret,
  loot,
  others,
  ownName,
  secretOfGlobex,
} from './support/battery.ts';
import { connect } from './support/fixture.ts';
import { testLogin } from './support/login.ts';
import { inTransaction, sqlState } from './support/scope.ts';
import { acme, globex, seed } from './support/seed.ts';

const secret = 'a context secret of more than 32 characters';

/** The fixture application with either context, and a login that can only become the app role. */
async function prepare(context: 'plain' | 'signed') {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', context });
  const database = await testDatabase({
    key: `rls-battery-${context}`,
    migrate: async (url) => {
      const [plain, own] = [application.tenancy, tenancy].map(
        (each) => tenantOfTransaction(each).sql,
      );
      const rewrite = (statement: string) => statement.replaceAll(plain as string, own as string);
      await applySchema(url, { ...application, tenancy, rewrite });
      await withClient(url, async (client) => {
        await seed(client);
        await hideSecret(client);
        // A weaker database than ours, so that pg_temp and the search_path are worth attacking.
        await client.query('create schema playground authorization app');
        await client.query(`grant temporary on database ${client.database} to public`);
        if (context === 'signed')
          await client.query('select tenantry.set_context_secret($1)', [secret]);
      });
    },
  });
  const login = await testLogin(database.url, ['app']);
  const root = await connect(database.url);
  const victim = await connect(login.url);
  return { tenancy, root, victim, rootUrl: database.url, url: login.url };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** The context, as the pool writes it. */
async function enter(client: pg.Client, { tenancy }: Prepared, tenant: string): Promise<string> {
  await client.query("select set_config('role', 'app', true)");
  const text =
    tenancy.context === 'signed'
      ? 'select tenantry.sign_context($1, $2)'
      : "select set_config('app.organization_id', $1, true), $2::text";
  await client.query(text, [tenant, secret]);
  return (await client.query("select current_setting('app.organization_id') signed")).rows[0]
    .signed;
}

/** Runs an attack in the scope of acme, on a connection that served globex before. */
async function attack(prepared: Prepared, statements: Attack): Promise<string> {
  return withClient(prepared.url, async (client) => {
    const replayed = await inTransaction(client, async () => {
      const signed = await enter(client, prepared, globex.id);
      await client.query('prepare prepared_by_globex as select * from public.projects');
      await client.query('execute prepared_by_globex');
      return signed;
    });
    return inTransaction(prepared.victim, async () => {
      const concurrent = await enter(prepared.victim, prepared, globex.id);
      await client.query('begin');
      await enter(client, prepared, acme.id);
      const attacker = { client, replayed, concurrent };
      const found = await loot(attacker, statements(attacker));
      await client.query('rollback');
      return found;
    });
  });
}

const signed = await prepare('signed');
const plain = await prepare('plain');

describe('the signed context', () => {
  test.each(Object.entries({ ...forging, ...others }))('withstands %s', async (_, statements) => {
    expect(await attack(signed, statements)).not.toContain(secretOfGlobex);
  });

  test('serves its own tenant', async () => {
    expect(await attack(signed, () => ['select * from public.projects'])).toContain(ownName);
    expect(await attack(signed, () => ['execute prepared_by_globex'])).toContain(ownName);
  });

  test('keeps the key and the secret out of sight', async () => {
    const { rows } = await signed.root.query(
      "select encode(inner_pad, 'hex') i, encode(outer_pad, 'hex') o from tenantry.context_key",
    );
    const seen = await attack(signed, others['reading the functions for the key'] as Attack);
    expect(seen).toContain('context_signature'); // it did read the functions
    for (const hidden of [rows[0].i, rows[0].o, secret]) expect(seen).not.toContain(hidden);
  });

  test('is refused where the tenant is missing or empty', async () => {
    const empty = (value: string) => [
      `select set_config('app.organization_id', '${value}', true)`,
      'select * from public.projects',
    ];
    expect(await attack(signed, () => empty(''))).toContain('no tenant in this transaction');
    expect(await attack(signed, () => empty('|'))).toContain('no tenant in this transaction');
    expect(await attack(signed, () => empty(acme.id))).toContain('not signed');
  });

  test('the signature is HMAC-SHA256 of tenant, backend, transaction time and actor', async () => {
    await inTransaction(signed.root, async () => {
      const actor = '{"user":"ada"}';
      await signed.root.query("select set_config('app.actor', $1, true)", [actor]);
      const { rows } = await signed.root.query(`
        select tenantry.context_signature('acme') signature, pg_backend_pid() pid,
          extract(epoch from transaction_timestamp()) at, inner_pad, outer_pad from tenantry.context_key`);
      const { createHmac } = await import('node:crypto');
      const [row] = rows;
      const key = Buffer.from(row.inner_pad.map((byte: number) => byte ^ 0x36));
      expect(key.equals(Buffer.from(row.outer_pad.map((byte: number) => byte ^ 0x5c)))).toBe(true);
      const expected = createHmac('sha256', key)
        .update(`acme|${row.pid}|${row.at}|${actor}`)
        .digest('hex');
      expect(row.signature).toBe(expected);
    });
  });

  test('a secret can be rotated: the one before is accepted, the one before that is not', async () => {
    const sign = (value: string) =>
      withClient(signed.url, (client) =>
        inTransaction(client, async () => {
          await client.query("select set_config('role', 'app', true)");
          return client.query('select tenantry.sign_context($1, $2)', [acme.id, value]);
        }),
      );
    const accept = (value: string) =>
      signed.root.query('select tenantry.set_context_secret($1)', [value]);
    await accept('second');
    expect([await sqlState(sign('second')), await sqlState(sign(secret))]).toEqual([
      'none',
      'none',
    ]);
    await accept('second'); // again: nothing is pushed out
    expect(await sqlState(sign(secret))).toBe('none');
    await accept('third');
    expect([
      await sqlState(sign('third')),
      await sqlState(sign('second')),
      await sqlState(sign(secret)),
    ]).toEqual(['none', 'none', '28000']);
    await accept(secret);
  });

  test('the key survives another run of the foundation', async () => {
    const key = async () => (await signed.root.query('select * from tenantry.context_key')).rows;
    const before = await key();
    await runAll(
      signed.root,
      generate({ ...application, tenancy: signed.tenancy }).foundation.statements,
    );
    expect(await key()).toEqual(before);
  });
});

describe('the plain context', () => {
  test.each(Object.entries(forging))('gives in to %s: the control', async (_, statements) => {
    expect(await attack(plain, statements)).toContain(secretOfGlobex);
  });

  test.each(Object.entries(others))('withstands %s', async (_, statements) => {
    expect(await attack(plain, statements)).not.toContain(secretOfGlobex);
  });
});

test('a login that is a member of the system role leaks in both: why there are two logins', async () => {
  const login = await testLogin(signed.rootUrl, ['app', 'system']);
  const found = await attack(
    { ...signed, url: login.url },
    others['becoming the system role'] as Attack,
  );
  expect(found).toContain(secretOfGlobex);
});
