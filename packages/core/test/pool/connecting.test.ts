import { EventEmitter } from 'node:events';
import pg from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTenantPool, type TenantPoolOptions, TenantryError } from '../../src/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
afterEach(() => vi.unstubAllEnvs());

const refusal = (options: TenantPoolOptions): TenantryError => {
  try {
    void createTenantPool(tenancy, options).end();
  } catch (error) {
    if (TenantryError.is(error)) return error;
    throw error;
  }
  throw new Error('it is accepted');
};

describe('a variable that is missing in the environment is named', () => {
  const missing = process.env.NO_SUCH_VARIABLE;
  const cases: [string, TenantPoolOptions][] = [
    ['connectionString', { connectionString: missing }],
    ['connectionString', { connectionString: '' }],
    ['connectionString', { connectionString: ' ' }],
    ['connectionString', { connectionString: `${missing}` }],
    ['connectionString', { connectionString: null as never }],
    [
      'system.connectionString',
      { connectionString: database.web, system: { connectionString: missing } },
    ],
    ['host', { host: missing }],
    ['database', { host: 'db', database: missing }],
    ['user', { host: 'db', user: '' }],
    ['system.host', { connectionString: database.web, system: { host: missing } }],
    ['port', { host: 'db', port: Number(missing) }],
  ];

  test.each(cases)('%s: %j', (name, options) => {
    for (const variable of ['PGHOST', 'PGUSER', 'PGDATABASE']) vi.stubEnv(variable, '');
    const error = refusal(options);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.found).toContain(`option ${name},`);
  });

  test('a value of another type is not printed: it may be a secret', () => {
    const error = refusal({ connectionString: { password: 'hunter2' } as never });
    expect(error.message).toContain('given and a object');
    expect(error.message).not.toContain('hunter2');
  });
});

test('the variables of PostgreSQL count when nothing is given', async () => {
  const url = new URL(database.web);
  vi.stubEnv('PGHOST', url.hostname);
  vi.stubEnv('PGPORT', url.port);
  vi.stubEnv('PGUSER', url.username);
  vi.stubEnv('PGPASSWORD', url.password);
  vi.stubEnv('PGDATABASE', url.pathname.slice(1));
  for (const options of [{}, { host: undefined, user: undefined, database: undefined }]) {
    const pool = createTenantPool(tenancy, { ...options, max: 1 });
    const { rows } = await tenancy.run(acme, () => pool.query('select current_database() as name'));
    expect(rows).toEqual([{ name: url.pathname.slice(1) }]);
    await pool.end();
  }
});

// the client of pg-native is connected by libpq, and has no `connection`
class ClientOfLibpq extends EventEmitter {
  readonly #client: pg.Client;

  constructor(config: pg.ClientConfig) {
    super();
    this.#client = new pg.Client(config);
  }

  connect(called: (error: Error) => void) {
    this.#client.connect(called);
  }

  end(called: (error: Error) => void) {
    this.#client.end(called);
  }
}

test('a client that does not write the protocol is refused, and closed', async () => {
  const pool = database.pool({ max: 1, Client: ClientOfLibpq as never });
  await tenancy.run(acme, async () => {
    const all = [pool.query('select 1'), pool.connect(), pool.query('select 2')];
    for (const error of await Promise.all(all.map((asked) => failure(asked))))
      expect(error).toMatchObject({
        code: 'CONFIG_INVALID',
        found: expect.stringContaining('pg-native'),
      });
  });
  expect([pool.totalCount, pool.waitingCount]).toEqual([0, 0]);
  await pool.end();
});
