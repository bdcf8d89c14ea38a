import { expect, onTestFinished, test, vi } from 'vitest';
import { defineTenancy } from '../../src/index.ts';
import { type SharedTenantPoolOptions, sharedTenantPool } from '../../src/next/index.ts';
import { retire } from '../../src/pool/shared-pool.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { until } from '../support/wait.ts';

// Next.js loads the module that opens the pool up to four times into one process.

const database = await coreDatabase();
vi.resetModules();
const copy = {
  ...(await import('../../src/index.ts')),
  ...(await import('../../src/next/index.ts')),
};
let count = 0;

function named() {
  const name = `pool ${++count}`;
  const made = new Set<ReturnType<typeof sharedTenantPool>>();
  onTestFinished(async () => {
    for (const pool of made) if (!pool.ending) await pool.end();
  });
  return (options: SharedTenantPoolOptions = {}, open = sharedTenantPool, forTenancy = tenancy) => {
    const pool = open(forTenancy, { name, connectionString: database.web, ...options });
    made.add(pool);
    return pool;
  };
}

test('copies of the module get one pool, with options that each of them makes anew', () => {
  const open = named();
  const own = () => ({ logger: { warn() {} }, ssl: { checkServerIdentity: () => undefined } });
  const pool = open(own());
  expect(open(own(), copy.sharedTenantPool)).toBe(pool);
  const word = { tenant: 'organization', id: 'uuid' } as const;
  expect(open(own(), copy.sharedTenantPool, copy.defineTenancy(word) as never)).toBe(pool);
});

test('another name and another tenancy have pools of their own', () => {
  const open = named();
  const pool = open();
  expect(open({ name: 'reports' })).not.toBe(pool);
  const teams = defineTenancy({ tenant: 'team', id: 'uuid' });
  expect(open({}, sharedTenantPool, teams as never)).not.toBe(pool);
});

test('a pool that was ended is opened again', async () => {
  const open = named();
  const pool = open();
  await pool.end();
  const again = open();
  expect(again).not.toBe(pool);
  expect(await tenancy.run(acme, () => again.query('select 1 n'))).toMatchObject({ rowCount: 1 });
});

test.each([
  ['a number', { max: 3 }],
  ['a password, which is not kept', { password: 'changed' }],
  ['something nested', { system: { connectionString: 'postgres://elsewhere' } }],
  ['a key', { ssl: { ca: Buffer.from('changed') } }],
] as const)('in development other options give a new pool: %s', (_, options) => {
  const open = named();
  const pool = open();
  const changed = open(options);
  expect(changed).not.toBe(pool);
  expect(open(options)).toBe(changed);
});

test('in production other options under one name are refused, without their values', () => {
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
  const open = named();
  const pool = open({ password: 'first' });
  expect(open({ password: 'first' })).toBe(pool);
  expect(() => open({ password: 'second', max: 3 })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      found: expect.stringMatching(/named pool \d+ with different options: password, max$/),
    }),
  );
});

test('a pool that was replaced ends when it has no work left', async () => {
  const pool = named()();
  await tenancy.run(acme, async () => {
    const client = await pool.connect();
    retire(pool, 5, 3);
    for (let i = 0; i < 10; i++) await client.query('select pg_sleep(0.01)');
    expect(pool.ending).toBe(false);
    client.release();
  });
  await until(() => pool.ended, 'the pool has ended');
});
