import { EventEmitter, on } from 'node:events';
import { Readable } from 'node:stream';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, gate, sleep, until } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 4 });
const projects = pgTable('projects', { name: text() });
const db = drizzle({ client: pool });
const kysely = new Kysely<{ projects: { name: string } }>({
  dialect: new PostgresDialect({ pool }),
});

const tenantOf = async () => {
  const { rows } = await pool.query('select distinct organization_id as id from projects');
  return rows.map(({ id }) => id);
};

/** Asynchronous things of Node that have to keep the scope. */
const ways: Record<string, () => Promise<unknown>> = {
  await: tenantOf,
  setTimeout: () => new Promise((resolve) => setTimeout(() => resolve(tenantOf()), 5)),
  setImmediate: () => new Promise((resolve) => setImmediate(() => resolve(tenantOf()))),
  queueMicrotask: () => new Promise((resolve) => queueMicrotask(() => resolve(tenantOf()))),
  'process.nextTick': () => new Promise((resolve) => process.nextTick(() => resolve(tenantOf()))),
  'Promise.all': async () => (await Promise.all([tenantOf(), tenantOf()]))[1],
  'an async iterator': async () => {
    async function* pages() {
      yield await tenantOf();
      await sleep(2);
      yield await tenantOf();
    }
    let last: unknown;
    for await (const page of pages()) last = page;
    return last;
  },
  'a stream': async () => {
    const [seen] = await Readable.from([1]).map(tenantOf).toArray();
    return seen;
  },
  'an EventEmitter': () => {
    const emitter = new EventEmitter();
    return new Promise((resolve) => {
      emitter.on('go', () => resolve(tenantOf()));
      emitter.emit('go');
    });
  },
  'events.on': async () => {
    const emitter = new EventEmitter();
    setImmediate(() => emitter.emit('go'));
    for await (const _ of on(emitter, 'go')) return tenantOf();
    return undefined;
  },
  'a thenable': async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const thenable = { then: (resolve: (value: unknown) => void) => void tenantOf().then(resolve) };
    return thenable;
  },
  'Array.fromAsync, by hand': async () => {
    const all: unknown[] = [];
    for (const each of [tenantOf(), tenantOf()]) all.push(await each);
    return all.at(-1);
  },
  'a nested scope': () => tenancy.run(acme, tenantOf),
};

test.each(Object.entries(ways))('a scope lasts through %s, beside another', async (_, way) => {
  const [mine, others] = await Promise.all([
    tenancy.run(acme, way),
    tenancy.run(globex, async () => {
      const seen: unknown[] = [];
      for (let i = 0; i < 3; i++) seen.push(...(await tenantOf()));
      return seen;
    }),
  ]);
  expect(mine).toEqual([acme]);
  expect(new Set(others)).toEqual(new Set([globex]));
});

describe('a query that is built in one scope and awaited in another', () => {
  const builders: Record<string, () => PromiseLike<unknown>> = {
    'one of Drizzle': () => db.select().from(projects),
    // Kysely's builders are no promises; execute() is what awaiting is there
    'one of Kysely': () => {
      const query = kysely.selectFrom('projects').select('name');
      // biome-ignore lint/suspicious/noThenProperty: sends when awaited, as Drizzle's builders do
      return { then: (ok, no) => query.execute().then(ok, no) };
    },
  };

  test.each(Object.entries(builders))(
    '%s: gets the rows of the scope that awaits it',
    async (_, build) => {
      const { query } = await tenancy.run(acme, async () => ({ query: build() }));
      expect(await tenancy.run(globex, async () => query)).toEqual([{ name: 'Reactor' }]);
    },
  );

  test.each(Object.entries(builders))('%s: is refused outside every scope', async (_, build) => {
    const { query } = await tenancy.run(acme, async () => ({ query: build() }));
    const error = await failure(query);
    expect(error.cause ?? error).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  });

  test.each(Object.entries(builders))(
    '%s: is sent inside when the scope returns it',
    async (_, build) => {
      expect(await tenancy.run(globex, build as () => Promise<unknown>)).toEqual([
        { name: 'Reactor' },
      ]);
    },
  );

  test('a prepared statement of Drizzle follows the scope that executes it', async () => {
    const prepared = await tenancy.run(acme, async () =>
      db.select().from(projects).prepare('mine'),
    );
    expect(await tenancy.run(globex, () => prepared.execute())).toEqual([{ name: 'Reactor' }]);
    expect(await tenancy.run(acme, () => prepared.execute())).toHaveLength(2);
  });
});

describe('a callback that runs when its scope is over', () => {
  const outlive = async (fn: () => Promise<unknown>): Promise<unknown> => {
    const { promise: over, resolve: end } = gate();
    let late: Promise<unknown> | undefined;
    await tenancy.run(acme, async () => {
      late = over.then(fn).catch((error) => error);
    });
    end();
    return late;
  };

  test('is refused the pool', async () => {
    expect(await outlive(tenantOf)).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    expect(await outlive(() => pool.connect())).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    expect(await outlive(() => pool.batch(() => [pool.query('select 1')]))).toMatchObject({
      code: 'TENANT_SCOPE_ENDED',
    });
    expect(await outlive(async () => tenancy.current())).toMatchObject({
      code: 'TENANT_SCOPE_ENDED',
    });
    expect(await outlive(async () => tenancy.capture())).toMatchObject({
      code: 'TENANT_SCOPE_ENDED',
    });
  });

  test('may open a scope of its own', async () => {
    expect(await outlive(() => tenancy.run(globex, tenantOf))).toEqual([globex]);
  });

  test('may not open one of another tenant where an outer scope is still open', async () => {
    const { promise: over, resolve: end } = gate();
    await tenancy.run(globex, async () => {
      let late: Promise<unknown> | undefined;
      await tenancy.run(globex, async () => {
        late = over.then(() => tenancy.run(acme, tenantOf)).catch((error) => error);
      });
      end();
      expect(await late).toMatchObject({ code: 'TENANT_SWITCH_REFUSED' });
    });
  });

  test('may not go on in a scope that was cut short, by opening another', async () => {
    const { promise: over, resolve: end } = gate();
    let late: Promise<unknown> | undefined;
    const cut = tenancy.run({ organizationId: acme, timeoutMs: 10 }, () => {
      late = over.then(() => tenancy.run(globex, tenantOf)).catch((error) => error);
      return late;
    });
    expect(await failure(cut)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    end();
    expect(await late).toMatchObject({ code: 'SCOPE_TIMEOUT' });
  });
});

test('stragglers of a Promise.all that rejects are stopped before the scope has failed', async () => {
  const { promise: over, resolve: end } = gate();
  const own = new Error('one of three');
  const outcomes: unknown[] = [];
  const run = tenancy.run(acme, () =>
    Promise.all([
      Promise.reject(own),
      pool.query('select pg_sleep(120)').catch((error) => outcomes.push(error.code)),
      over.then(() => pool.query('select 1').catch((error) => outcomes.push(error.code))),
    ]),
  );
  expect(await failure(run)).toBe(own);
  end();
  await until(() => outcomes.length === 2, 'both were told');
  expect(outcomes).toEqual(['TENANT_SCOPE_ENDED', 'TENANT_SCOPE_ENDED']);
});
