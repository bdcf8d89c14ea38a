import { createTenantPool } from '@tenantry/core';
import { createTestDatabase, startTestServer } from '@tenantry/testing';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { audit, schema, tenancy } from './fixtures/schema.ts';
import { acme, adaEntry } from './support/world.ts';

// A server of its own: the others of this run must not be killed with it.
// What it confirms it has written, unlike that of the other tests.
const server = await startTestServer({ settings: { synchronous_commit: 'on' } });
afterAll(() => server.stop());

const transactions = 1000;
const workers = 8;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** kill -9 of a backend makes PostgreSQL drop every connection and recover from its log. */
async function crash(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  // a server in a container or elsewhere is out of reach: its connections are cut instead
  if (server.kind === 'embedded' || server.kind === 'system') process.kill(rows[0].pid, 'SIGKILL');
  else
    await client
      .query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`,
      )
      .catch(() => {});
  await client.end().catch(() => {});
}

async function ready(url: string): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch {
      await sleep(50);
    }
  }
}

test(`kill -9 of PostgreSQL in the middle of ${transactions} transactions leaves log and data in agreement`, async () => {
  const database = await createTestDatabase({ server });
  await applySchema(database.url, { tenancy, schema, features: [audit] });
  const logins = await createLogins(database.url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: workers,
  });
  pool.on('error', () => {});
  await tenancy.asSystem({ reason: 'seed', actor: 'tests', write: true }, () =>
    pool.query(`insert into organizations values ($1, 'Acme')`, [acme]),
  );
  let next = 0;
  let committed = 0;
  let failed = 0;
  const work = async () => {
    while (next < transactions) {
      const name = `p${next++}`;
      try {
        await tenancy.run(adaEntry, () =>
          pool.batch(() => [
            pool.query('insert into projects (name) values ($1)', [name]),
            audit.log(pool, 'project.created', { resource: ['project', name], metadata: { name } }),
          ]),
        );
        committed++;
      } catch {
        failed++;
        await sleep(20);
      }
    }
  };
  const sealing = (async () => {
    while (next < transactions) {
      await tenancy
        .asSystem({ reason: 'seals', actor: 'tests', write: true }, () => audit.seal(pool))
        .catch(() => {});
      await sleep(30);
    }
  })();
  const running = Promise.all(Array.from({ length: workers }, work));
  for (const at of [200, 500, 800]) {
    while (next < at) await sleep(5);
    await crash(database.url);
    await (await ready(database.url)).end();
  }
  await Promise.all([running, sealing]);

  const client = await ready(database.url);
  const { rows } = await client.query(`
    select coalesce(p.name, e.resource_id, c.name) as name, p.name is not null as data, e.n as entries, c.n as captures
    from projects p
    full join (select resource_id, count(*)::int as n from audit_logs where action = 'project.created' group by 1) e on e.resource_id = p.name
    full join (select metadata->'new'->>'name' as name, count(*)::int as n from audit_logs where action = 'projects.inserted' group by 1) c on c.name = p.name
    where p.name is null or e.n is distinct from 1 or c.n is distinct from 1`);
  expect(rows).toEqual([]);
  const [counts] = (await client.query('select count(*)::int as n from projects')).rows;
  expect(counts.n).toBeGreaterThanOrEqual(committed);
  expect(counts.n).toBeLessThanOrEqual(transactions);
  expect(failed).toBeGreaterThan(0);
  const report = await tenancy.asSystem({ reason: 'verify', actor: 'tests' }, () =>
    audit.verify(pool),
  );
  expect(report.findings).toEqual([]);
  await client.end();
  await pool.end();
});
