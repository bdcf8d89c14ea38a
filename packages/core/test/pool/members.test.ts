import { once } from 'node:events';
import { PrismaPg } from '@prisma/adapter-pg';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 1 });

async function withClient<T>(fn: (client: pg.PoolClient) => T | Promise<T>, tenant = acme) {
  return tenancy.run(tenant, async () => {
    const client = await pool.connect();
    try {
      return await fn(client);
    } finally {
      client.release();
    }
  });
}

/** What types name and neither the pool nor a client gives, with the reason. */
const withheld: Record<string, string> = {
  password: 'a secret',
  connection: 'what is written to it would not be checked',
};

/** Every member that `@types/pg` names: the compiler refuses a list that leaves one out. */
const ofClient: Record<Exclude<keyof pg.PoolClient, keyof NodeJS.EventEmitter | symbol>, string> = {
  query: 'function',
  release: 'function',
  connect: 'function',
  end: 'function',
  copyFrom: 'function',
  copyTo: 'function',
  pauseDrain: 'function',
  resumeDrain: 'function',
  escapeIdentifier: 'function',
  escapeLiteral: 'function',
  setTypeParser: 'function',
  getTypeParser: 'function',
  getTransactionStatus: 'function',
  user: 'string',
  database: 'string',
  host: 'string',
  port: 'number',
  ssl: 'boolean',
  pipeline: 'boolean',
  password: 'undefined',
  connection: 'undefined',
};
const ofPool: Record<Exclude<keyof pg.Pool, keyof NodeJS.EventEmitter | symbol>, string> = {
  query: 'function',
  connect: 'function',
  end: 'function',
  options: 'object',
  totalCount: 'number',
  idleCount: 'number',
  waitingCount: 'number',
  expiredCount: 'number',
  ending: 'boolean',
  ended: 'boolean',
};

describe('a client', () => {
  test('has what its type promises', () =>
    withClient((client) => {
      for (const [name, type] of Object.entries(ofClient)) {
        expect([name, typeof client[name as keyof pg.PoolClient]]).toEqual([name, type]);
        if (type === 'undefined') expect(withheld).toHaveProperty(name);
      }
      for (const name of ['on', 'once', 'off', 'removeListener', 'emit', 'listenerCount'] as const)
        expect(typeof client[name]).toBe('function');
      expect(client.escapeIdentifier('a"b')).toBe('"a""b"');
      expect(client.escapeLiteral("a'b")).toBe("'a''b'");
      expect(client.user).toBe('web');
    }));

  test('hears notices of its own statements, in its scope, until it is released', async () => {
    const heard: unknown[] = [];
    const warn = `select run_sql($$do $b$ begin raise notice 'hear'; end $b$ $$)`;
    await withClient(async (client) => {
      client.on('notice', ({ message }) => heard.push([message, tenancy.current().organizationId]));
      await client.query(warn);
    });
    await withClient((client) => client.query(warn), globex);
    expect(heard).toEqual([['hear', acme]]);
  });

  // as with pg: once the queue is empty, and not after each statement of it
  test('drains when all that it was asked for is done, in its scope', async () => {
    const heard: unknown[] = [];
    await withClient(async (client) => {
      client.on('drain', () => heard.push(tenancy.current().organizationId));
      const drained = once(client, 'drain');
      const done: number[] = [];
      const all = [1, 2, 3].map(async (n) => {
        await client.query('select $1::int', [n]);
        done.push(n);
      });
      all.push(failure(client.query('select 1/0')).then(() => void done.push(4)));
      await drained;
      expect(done).toEqual([1, 2, 3, 4]);
      await Promise.all(all);
      const again = once(client, 'drain');
      client.query(new Cursor('select 1')).read(10, () => {});
      await again;
    });
    expect(heard).toEqual([acme, acme]);
  });

  test('drains also after a statement that is refused', () =>
    withClient(async (client) => {
      const drained = once(client, 'drain');
      client.query('listen x', () => {});
      await drained;
    }));

  test('does not drain for who asks on in time, nor after its release', async () => {
    const heard: number[] = [];
    let client!: pg.PoolClient;
    await withClient(async (own) => {
      client = own;
      client.on('drain', () => heard.push(1));
      for (let i = 0; i < 3; i++) await client.query('select 1');
    });
    await withClient((other) => other.query('select 1'), globex);
    expect(heard).toEqual([]);
    expect(client.listenerCount('drain')).toBe(1);
  });

  test('hears that its connection is lost', async () => {
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('select 1');
      const lost = once(client, 'error').catch((error) => [error]);
      const { processID } = client as unknown as { processID: number };
      await database.ask('select pg_terminate_backend($1)', [processID]);
      expect(((await lost)[0] as Error).message).toMatch(/terminat/);
      expect(client.getTransactionStatus()).toBeNull();
      client.release();
    });
  });

  test('keeps type parsers to itself', async () => {
    await withClient(async (client) => {
      client.setTypeParser(20, (text: string) => BigInt(text));
      expect((await client.query('select 7::int8 as n')).rows).toEqual([{ n: 7n }]);
      expect(client.getTypeParser(20)('8')).toBe(8n);
    });
    await withClient(async (client) => {
      expect((await client.query('select 7::int8 as n')).rows).toEqual([{ n: '7' }]);
    }, globex);
  });

  test('says how its transaction stands', () =>
    withClient(async (client) => {
      const states = [client.getTransactionStatus()];
      await client.query('begin');
      states.push(client.getTransactionStatus());
      await failure(client.query('select 1/0'));
      states.push(client.getTransactionStatus());
      await client.query('rollback');
      states.push(client.getTransactionStatus());
      expect(states).toEqual(['I', 'T', 'E', 'I']);
    }));

  test('release can be taken off it, and end() closes its connection', async () => {
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      const { release } = client;
      expect((await failure(client.connect())).message).toContain('already been connected');
      await client.end();
      expect((await failure(client.query('select 1'))).message).toContain('not queryable');
      release();
      expect(pool.totalCount).toBe(0);
    });
  });
});

describe('the pool', () => {
  test('has what its type promises', () => {
    for (const [name, type] of Object.entries(ofPool))
      expect([name, typeof pool[name as keyof pg.Pool]]).toEqual([name, type]);
    expect(pool.options.max).toBe(1);
  });

  test('shows in its options what a connection string says, and copies no password', async () => {
    const { hostname, port } = new URL(database.web);
    expect({ ...pool.options }).toEqual({
      host: hostname,
      port: Number(port),
      user: 'web',
      database: expect.any(String),
      ssl: expect.anything(),
      max: 1,
    });
    expect(pool.options.password).toBe('web');
    const own = database.pool({ connectionString: 'postgres://[:1/x', host: 'elsewhere' });
    expect({ ...own.options }).toEqual({ host: 'elsewhere' });
  });

  test('Kysely cancels a query on the server through them', async () => {
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const marked = sql`select pg_sleep(60) as cancelled_by_kysely`;
    const running = async () =>
      (
        await database.ask(
          `select from pg_stat_activity where query like '%cancelled_by_kysely%' and state = 'active' and pid <> pg_backend_pid()`,
        )
      ).length;
    const controller = new AbortController();
    await tenancy.run(acme, async () => {
      const query = marked.execute(kysely, {
        signal: controller.signal,
        inflightQueryAbortStrategy: 'cancel query',
      } as object);
      const failed = failure(query);
      await until(async () => (await running()) === 1, 'the query runs', 60_000);
      controller.abort();
      await failed;
      await until(async () => (await running()) === 0, 'the query was cancelled', 60_000);
    });
  });

  test('counts as a pool of pg, and has nothing of it that opens a connection', () => {
    expect(pool).toBeInstanceOf(pg.Pool);
    const inside = pool as unknown as Record<string, unknown>;
    for (const name of ['newClient', '_acquireClient', '_pulseQueue', '_release'])
      expect(inside[name]).toBeUndefined();
  });

  test('says in its event why a client is destroyed', async () => {
    const own = database.pool({ max: 1 });
    const released = once(own, 'release');
    const broken = new Error('broken');
    await tenancy.run(acme, async () => (await own.connect()).release(broken));
    expect((await released)[0]).toBe(broken);
  });

  test.each([
    { onConnect: () => Promise.reject(new Error('of the hook')) },
    {
      onConnect: () => {
        throw new Error('of the hook');
      },
    },
    { verify: (_: unknown, done: (error?: Error) => void) => done(new Error('of the hook')) },
  ] as object[])('gives an error of a hook as it is: %o', async (options) => {
    const own = database.pool({ max: 1, ...options });
    const error = await failure(tenancy.run(acme, () => own.query('select 1')));
    expect(error.message).toBe('of the hook');
  });

  test('closes clients that are idle for a short time', async () => {
    const own = database.pool({ max: 1, idleTimeoutMillis: 1 });
    const removed = once(own, 'remove');
    await tenancy.run(acme, () => own.query('select 1'));
    await removed;
    expect(own.totalCount).toBe(0);
  });

  test('tells a function where a statement should be', async () => {
    const told = new Promise((resolve) => {
      void (pool.query as (fn: unknown) => void)(resolve);
    });
    expect(await told).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  });

  test("Prisma's adapter runs on it", async () => {
    const statement = (sql: string) => ({ sql, args: [], argTypes: [] });
    await tenancy.run(acme, async () => {
      const adapter = await new PrismaPg(pool).connect();
      const read = await adapter.queryRaw(statement('select name from projects order by name'));
      expect(read.rows).toEqual([['Anvil'], ['Rocket']]);
      const tx = await adapter.startTransaction();
      await tx.executeRaw(statement(`insert into projects (name) values ('by prisma')`));
      expect((await tx.queryRaw(statement('select name from projects'))).rows).toHaveLength(3);
      await tx.executeRaw(statement('ROLLBACK'));
      await tx.rollback();
      expect((await adapter.queryRaw(statement('select name from projects'))).rows).toHaveLength(2);
      await adapter.dispose();
    });
    const outside = await new PrismaPg(pool).connect();
    expect(String(await failure(outside.queryRaw(statement('select 1'))))).toMatch(/scope/i);
    await outside.dispose();
  });
});
