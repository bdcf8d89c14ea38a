import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { defineTenancy, type TenantPool } from '../../src/index.ts';
import {
  acme,
  ada,
  bob,
  coreDatabase,
  globex,
  tenancy as plainTenancy,
} from '../support/database.ts';
import { failure } from '../support/wait.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', context: 'signed' });
const database = await coreDatabase(tenancy);
const contextSecret = 'the context secret of these tests, long enough';
const setSecret = (secret: string) =>
  database.ask('select tenantry.set_context_secret($1)', [secret]);
await setSecret(contextSecret);
const pool = database.pool({ contextSecret });

const plainDatabase = await coreDatabase();
const plain = { tenancy: plainTenancy, pool: plainDatabase.pool() };
const unwitnessed = plainDatabase.pool({ witness: 'off' });

const tenants = async () => {
  const { rows } = await pool.query(
    'select distinct organization_id as id from projects order by 1',
  );
  return rows.map(({ id }) => id);
};
const system = { reason: 'a test', actor: 'tests' };

describe('a signed context', () => {
  test('serves every kind of scope', async () => {
    expect(await tenancy.run(acme, tenants)).toEqual([acme]);
    expect(await tenancy.run(globex, tenants)).toEqual([globex]);
    expect(await tenancy.asSystem(system, tenants)).toEqual([globex, acme].sort());
    const entry = { claim: { by: 'slug', value: 'acme' }, user: ada } as const;
    expect(await pool.enter(entry, tenants)).toEqual([acme]);
    expect(await pool.enter({ ...entry, verify: 'with-first-statement' }, tenants)).toEqual([acme]);
    expect(await failure(pool.enter({ ...entry, user: bob }, tenants))).toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
  });

  test('lasts through a transaction, its savepoints and its errors', async () => {
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('begin isolation level repeatable read');
      await client.query('set transaction read write');
      await client.query(`insert into projects (name) values ('signed')`);
      await client.query('savepoint a');
      await client.query('select 1/0').catch(() => {});
      await client.query('rollback to savepoint a');
      const { rows } = await client.query('select name from projects order by name');
      expect(rows.map(({ name }) => name)).toEqual(['Anvil', 'Rocket', 'signed']);
      await client.query('rollback');
      client.release();
      const both = await pool.batch(() => [pool.query('select 1'), tenants()]);
      expect(both[1]).toEqual([acme]);
    });
  });

  test('interleaves tenants on one connection', async () => {
    const single = database.pool({ contextSecret, max: 1 });
    const seen = await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        const tenant = i % 2 ? acme : globex;
        return tenancy.run(tenant, async () => {
          const { rows } = await single.query('select organization_id as id from projects');
          return rows.every(({ id }) => id === tenant) && rows.length > 0;
        });
      }),
    );
    expect(seen).not.toContain(false);
  });
});

describe('SQL that was injected into a statement', () => {
  const asAcme = async (...statements: string[]) =>
    tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('begin');
      try {
        let rows: unknown[] = [];
        for (const statement of statements) rows = (await client.query(statement)).rows;
        return rows;
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  const read = 'select organization_id as id from projects';

  test.each([
    ['another tenant', `select set_config('app.organization_id', '${globex}', true)`],
    [
      'another tenant and a made-up signature',
      `select set_config('app.organization_id', '${globex}|${'0'.repeat(64)}', true)`,
    ],
    [
      'its own signature for another tenant',
      `select set_config('app.organization_id', '${globex}|' || split_part(current_setting('app.organization_id'), '|', 2), true)`,
    ],
    [
      'another tenant in front of its own',
      `select set_config('app.organization_id', '${globex}|' || current_setting('app.organization_id'), true)`,
    ],
    [
      'its own twice',
      `select set_config('app.organization_id', current_setting('app.organization_id') || '|${globex}', true)`,
    ],
    ['nothing', `select set_config('app.organization_id', '', true)`],
    ['SET LOCAL', `set local app.organization_id = '${globex}'`],
  ])('cannot name %s', async (_, forge) => {
    const outcome = await asAcme(forge, read).catch((error) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: '28000' });
    else for (const row of outcome) expect(row).toEqual({ id: acme });
  });

  const forgePlain = (pool: TenantPool) =>
    plain.tenancy.run(acme, () =>
      pool.transaction(async (tx) => {
        await tx.query(`select set_config('app.organization_id', '${globex}', true)`);
        return (await tx.query(read)).rows;
      }),
    );

  // the control: without a signature the first of them works, which is what the signature is for
  test('can name another tenant where the context is plain', async () => {
    expect(await forgePlain(unwitnessed)).toEqual([{ id: globex }]);
  });

  test('is noticed by the witness where the rows carry their tenant', async () => {
    const error = await forgePlain(plain.pool).catch((error) => error);
    expect(error).toMatchObject({ code: 'TENANT_ROW_FOREIGN' });
  });

  test('cannot do so in one statement with what it reads', async () => {
    const both = `with forged as materialized (
      select set_config('app.organization_id', '${globex}|' || repeat('0', 64), true) as done)
      select p.organization_id as id from forged, projects p where done is not null`;
    const outcome = await tenancy.run(acme, () => pool.query(both)).catch((error) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: '28000' });
    else for (const { id } of outcome.rows) expect(id).toBe(acme);
  });

  test('cannot read the key, sign, or learn the secret', async () => {
    for (const theft of [
      'select * from tenantry.context_key',
      `select tenantry.context_signature('${globex}')`,
      `select tenantry.set_context_secret('mine')`,
    ]) {
      expect(await failure(asAcme(theft))).toMatchObject({ code: '42501' });
    }
    const guess = `select tenantry.sign_context('${globex}', 'guessed')`;
    expect(await failure(asAcme(guess))).toMatchObject({ code: '28000' });
    const seen = await asAcme(
      `select prosrc from pg_proc where pronamespace = 'tenantry'::regnamespace`,
    );
    expect(JSON.stringify(seen)).not.toContain(contextSecret);
    const activity = await asAcme('select query from pg_stat_activity');
    expect(JSON.stringify(activity)).not.toContain(contextSecret);
  });

  test('cannot use a signature of another transaction, or of another connection', async () => {
    const [row] = await asAcme(`select current_setting('app.organization_id') as signed`);
    const { signed } = row as { signed: string };
    expect(signed).toMatch(new RegExp(`^${acme}\\|[0-9a-f]{64}$`));
    const reused = tenancy.run(globex, async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`select set_config('app.organization_id', $1, true)`, [signed]);
      return client
        .query(read)
        .finally(() => client.query('rollback').then(() => client.release()));
    });
    expect(await failure(reused)).toMatchObject({ code: '28000' });
  });

  test('is of no use on a connection of its own either', async () => {
    const client = new pg.Client(database.web);
    await client.connect();
    try {
      const reading = client.query(
        `begin; set local role app; set local app.organization_id = '${acme}'; ${read}; commit`,
      );
      expect(await failure(reading)).toMatchObject({ code: '28000' });
    } finally {
      await client.end();
    }
  });
});

describe('the context secret', () => {
  test('that the database does not know is told', async () => {
    const wrong = database.pool({ contextSecret: 'not the secret that the database was given' });
    const ask = () => wrong.query('select 1');
    const error = await failure(tenancy.run(acme, ask));
    expect(error).toMatchObject({ code: 'DATABASE_NOT_PREPARED' });
    expect(error.message).toContain('context secret');
    expect(error.message).not.toContain('not the secret that');
    const entry = { claim: { by: 'slug', value: 'acme' }, user: ada } as const;
    for (const verify of ['now', 'with-first-statement'] as const) {
      const entering = wrong.enter({ ...entry, verify }, ask);
      expect(await failure(entering)).toMatchObject({ code: 'DATABASE_NOT_PREPARED' });
    }
  });

  test('can be rotated: the one before is still accepted, the one before that is not', async () => {
    const second = 'the second context secret of these tests, as long';
    await setSecret(second);
    const young = database.pool({ contextSecret: second });
    const ask = (p: typeof pool) => tenancy.run(acme, () => p.query('select 1'));
    await Promise.all([ask(pool), ask(young)]);
    await setSecret('the third context secret of these tests, also long');
    expect(await failure(ask(pool))).toMatchObject({ code: 'DATABASE_NOT_PREPARED' });
    await ask(young);
  });
});
