import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createTenantPool, defineTenancy } from '../../src/index.ts';
import { acme, coreDatabase } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const secrets = [
  'hunter2-app',
  'hunter2-system',
  'hunter2-context',
  'hunter2-tls',
  'hunter2-capture',
];
const long = ' that is long enough to be accepted';
const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  secret: `hunter2-capture${long}`,
  context: 'signed',
});

/** Every way in which a log, a debugger or an answer may print a value. */
const prints = (value: unknown) =>
  [
    inspect(value, { depth: null, showHidden: true, getters: true }),
    inspect({ nested: [value] }, { depth: null }),
    format('%s %o %O %j', value, value, value, value),
    JSON.stringify(value),
    JSON.stringify({ ...(value as object) }),
    JSON.stringify(Object.entries(value as object)),
    value instanceof Error
      ? `${value.stack}${inspect(value.cause, { depth: null, showHidden: true })}`
      : '',
  ].join('\n');

const reveals = (value: unknown) => secrets.filter((secret) => prints(value).includes(secret));

const openPool = (url: string) =>
  createTenantPool(tenancy, {
    connectionString: url,
    password: 'hunter2-app',
    ssl: false,
    system: {
      connectionString: url.replace('hunter2-app', 'hunter2-system'),
      password: 'hunter2-system',
    },
    contextSecret: `hunter2-context${long}`,
    connectionTimeoutMillis: 20_000,
  });

const withPassword = (url: string) => {
  const own = new URL(url);
  own.password = 'hunter2-app';
  return own.href;
};

describe('no secret is printed with', () => {
  test('the pool and its options', async () => {
    const pool = openPool(withPassword(database.web));
    expect(reveals(pool)).toEqual([]);
    expect(reveals(pool.options)).toEqual([]);
    expect(inspect(pool)).toMatch(/^TenantPool \{ totalCount: 0/);
    expect(pool.options).toMatchObject({ connectionTimeoutMillis: 20_000 });
    expect(pool.options.password).toBe('hunter2-app'); // pg has it too, for those who ask
    await pool.end();
  });

  test('a key for TLS', async () => {
    const pool = createTenantPool(tenancy, {
      connectionString: database.web,
      ssl: { key: 'hunter2-tls' },
      contextSecret: `hunter2-context${long}`,
    });
    expect(reveals(pool)).toEqual([]);
    expect(reveals(pool.options)).toEqual([]);
    await pool.end();
  });

  test.each([
    ['a login that is refused', withPassword(database.web).replace('web:', 'nobody:')],
    ['a server that is not there', withPassword('postgres://web@127.0.0.1:1/x')],
    ['a connection string that is none', 'postgres://web:hunter2-app@[:5432/x'],
    ['a port that is none', 'postgres://web:hunter2-app@127.0.0.1:port/x'],
  ])('an error about %s', async (_, url) => {
    const error = await failure(
      (async () => {
        const pool = openPool(url);
        try {
          await tenancy.run(acme, () => pool.query('select 1'));
        } finally {
          await pool.end();
        }
      })(),
    );
    expect(reveals(error)).toEqual([]);
  });

  test('the tenancy, a client, and an error of its scope', async () => {
    expect(reveals(tenancy)).toEqual([]);
    const plain = defineTenancy({
      tenant: 'organization',
      id: 'uuid',
      secret: `hunter2-capture${long}`,
    });
    const pool = createTenantPool(plain, { connectionString: database.web });
    await plain.run(acme, async () => {
      const client = await pool.connect();
      expect(reveals(client)).toEqual([]);
      expect(inspect(client, { depth: null, showHidden: true })).not.toContain('postgres://');
      expect(reveals(await failure(client.query('select 1/0')))).toEqual([]);
      client.release();
      expect(
        reveals(await failure(plain.run('00000000-0000-4000-8000-000000000001', () => 1))),
      ).toEqual([]);
    });
    await pool.end();
  });
});
