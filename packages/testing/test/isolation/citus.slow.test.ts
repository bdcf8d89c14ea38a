import { createTenantPool, type TenantPool, type TenantryError } from '@tenantry/core';
import {
  type CitusDatabase,
  citusUrl,
  createCitusDatabase,
  type ExpectIsolatedOptions,
  expectIsolated,
} from '@tenantry/testing';
import { applySchema, createLogins, type Logins, withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { application, schema, tenancy } from './fixtures/citus.ts';

const { app } = tenancy.roles;
const own = `coalesce(nullif(current_setting('app.organization_id', true), ''), 'none')::uuid`;

describe.skipIf(citusUrl() === undefined)('expectIsolated on Citus', () => {
  let database!: CitusDatabase;
  let logins!: Logins;
  const pools: TenantPool[] = [];
  /** A pool as in production, on the coordinator or on another node. */
  const poolOn = (node = database.url): TenantPool => {
    const at = (login: string) => {
      const url = new URL(login);
      url.host = new URL(node).host;
      return url.href;
    };
    const pool = createTenantPool(tenancy, {
      connectionString: at(logins.app),
      system: { connectionString: at(logins.system) },
      max: 6,
      // what the start check sees, the attacks have to see as well
      accept: ['table-not-isolated', 'login-bypasses-rls'],
      logger: { warn: () => {} },
    });
    pools.push(pool);
    return pool;
  };
  let pool!: TenantPool;
  beforeAll(async () => {
    database = await createCitusDatabase({ migrate: (url) => applySchema(url, application) });
    logins = await createLogins(database.url, tenancy);
    pool = poolOn();
  });
  afterAll(async () => {
    await Promise.all(pools.map((each) => each.end()));
    await database?.drop();
  });

  const onCoordinator = (sql: string) => withClient(database.url, (client) => client.query(sql));
  /** Runs a statement on one shard of projects, `%s`, on a worker by itself. */
  const onOneShard = (sql: string) =>
    withClient(database.workers[1] as string, async (client) => {
      const { rows } = await client.query(
        `select shard_name(logicalrelid, shardid) as name from pg_dist_shard join pg_dist_placement using (shardid)
         join pg_dist_local_group using (groupid) where logicalrelid = 'projects'::regclass order by shardid desc limit 1`,
      );
      await client.query(`set citus.override_table_visibility = off; set citus.enable_ddl_propagation = off;
        set citus.enable_manual_changes_to_shards = on; ${sql.replaceAll('%s', rows[0].name)}`);
    });
  const failure = (options: Partial<ExpectIsolatedOptions> = {}) =>
    expectIsolated({ pool, tenancy, schema, ...options }).then(
      () => undefined,
      (error: unknown) => error as TenantryError,
    );
  const rows = async (table: string) =>
    (await onCoordinator(`select count(*)::int as n from ${table}`)).rows[0].n;

  test('holds on every kind of table, reaches every shard, and leaves no row', async () => {
    const report = await expectIsolated({ pool, tenancy, schema });
    expect(report.leaks).toEqual([]);
    expect(report.unproven).toEqual([]);
    expect(report.tables).toHaveLength(Object.keys(schema).length);
    const { shards } = (
      await onCoordinator(
        `select count(*)::int as shards from pg_dist_shard where logicalrelid = 'projects'::regclass`,
      )
    ).rows[0];
    for (const table of ['organizations', 'projects', 'documents', 'events', 'measures']) {
      const found = report.results.filter(
        ({ attack, target }) => attack === 'read in each shard' && target === table,
      );
      expect(found, table).toMatchObject([{ outcome: 'held', couldReach: shards }]);
      expect(await rows(table)).toBe(0);
    }
  });

  test('holds through Drizzle', async () => {
    const report = await expectIsolated({ pool, tenancy, schema, through: drizzle(pool) });
    expect(report.leaks).toEqual([]);
  });

  describe('through a worker', () => {
    // a table of the coordinator alone is not there
    const { jobs: _, ...distributed } = schema;
    const onWorker = () => poolOn(database.workers[0]);

    test('holds', async () => {
      const report = await expectIsolated({ pool: onWorker(), tenancy, schema: distributed });
      expect(report.leaks).toEqual([]);
      expect(report.unproven).toEqual([]);
    });

    test('finds rows that Citus copies into shards of the node', async () => {
      const { rows } = await onCoordinator(
        `select pg_get_functiondef('tenantry.set_context(text, text)'::regprocedure) as made`,
      );
      const made: string = rows[0].made;
      const changed = made.replace(/perform set_config\('citus.enable_local_execution'.*\n/, '');
      expect(changed).not.toBe(made);
      await onCoordinator(changed);
      try {
        const error = await failure({ pool: onWorker(), schema: distributed });
        expect(error?.code, error?.message).toBe('ISOLATION_BROKEN');
        expect(error?.message).toMatch(/projects: insert … select in each shard reached [1-9]/);
      } finally {
        await onCoordinator(made);
      }
    });
  });

  const remade = 'drop policy projects_tenant_isolation on projects';
  const broken: readonly {
    readonly title: string;
    readonly breaks: () => Promise<unknown>;
    readonly attack: RegExp;
    readonly mends: readonly string[];
  }[] = [
    {
      title: 'a policy of one shard that opens all rows',
      breaks: () => onOneShard('alter policy projects_tenant_isolation on %s using (true)'),
      attack: /projects: read in each shard reached 1 of/,
      mends: [remade],
    },
    {
      // two tenants of different shards would not meet
      title: 'policies of all shards that open all rows',
      breaks: () =>
        onCoordinator(
          `select * from run_command_on_shards('projects', 'alter policy projects_tenant_isolation on %s using (true)')`,
        ),
      attack: /projects: read reached 1 of/,
      mends: [remade],
    },
    {
      title: 'a check of one shard that takes all rows',
      breaks: () => onOneShard('alter policy projects_tenant_isolation on %s with check (true)'),
      attack: /projects: insert in each shard reached 1 of/,
      mends: [remade],
    },
    {
      title: 'one more policy of one shard',
      breaks: () => onOneShard('create policy more on %s for delete using (true)'),
      attack: /projects: delete in each shard reached 1 of/,
      mends: ['drop policy if exists more on projects'],
    },
    {
      title: 'one shard without row security',
      breaks: () => onOneShard('alter table %s disable row level security'),
      attack: /projects: read in each shard reached 1 of/,
      mends: ['alter table projects enable row level security'],
    },
    {
      title: 'a second policy',
      breaks: () => onCoordinator(`create policy more on projects to ${app} using (true)`),
      attack: /projects: read reached 1 of/,
      mends: ['drop policy more on projects'],
    },
    {
      title: 'a policy for all rows, and a restrictive one',
      breaks: async () => {
        await onCoordinator('alter policy projects_tenant_isolation on projects using (true)');
        await onCoordinator(
          `create policy floor on projects as restrictive to ${app} using (organization_id = ${own})`,
        );
      },
      attack: /projects: read reached 1 of/,
      mends: ['drop policy floor on projects', remade],
    },
  ];

  /** The policy as it was; what it was is read before anything is broken. */
  const original = async () => {
    const { rows } = await onCoordinator(
      `select qual, with_check from pg_policies where tablename = 'projects' and policyname = 'projects_tenant_isolation'`,
    );
    return `create policy projects_tenant_isolation on projects to ${app} using (${rows[0].qual}) with check (${rows[0].with_check})`;
  };
  test.each(broken)('finds $title', async ({ breaks, attack, mends }) => {
    const policy = await original();
    await breaks();
    try {
      const error = await failure();
      expect(error?.code, error?.message).toBe('ISOLATION_BROKEN');
      expect(error?.message).toMatch(attack);
    } finally {
      for (const sql of mends) await onCoordinator(sql);
      if (mends.includes(remade)) await onCoordinator(policy);
    }
  });

  test('says that nothing is proven of a shard whose tenants see no row', async () => {
    const policy = await original();
    await onOneShard('drop policy projects_tenant_isolation on %s');
    try {
      const error = await failure();
      expect(error?.code, error?.message).toBe('ISOLATION_NOT_PROVEN');
      expect(error?.message).toMatch(/projects: .*tenants do not see their own rows in shard \d+/);
    } finally {
      await onCoordinator('drop policy if exists projects_tenant_isolation on projects');
      await onCoordinator(policy);
    }
  });

  test('says so when the ids of tenants do not come to every shard', async () => {
    let made = 0;
    const few = Array.from({ length: 4 }, () => crypto.randomUUID());
    const newTenant = () => few[made++ % few.length] as string;
    const error = await failure({ newTenant });
    expect(error).toMatchObject({ code: 'ISOLATION_NOT_PROVEN' });
    expect(error?.message).toMatch(
      /projects: \d of its \d+ shards have no row of a tenant that is attacked/,
    );
  });

  test('refuses a database whose shards hold as many rows as production', async () => {
    await onCoordinator(
      `insert into organizations select gen_random_uuid(), 'x' from generate_series(1, 60000)`,
    );
    await onCoordinator('analyze organizations');
    expect((await failure())?.code).toBe('ISOLATION_DATABASE_REFUSED');
    await onCoordinator('truncate organizations cascade');
  });

  test('holds still', async () => {
    expect((await expectIsolated({ pool, tenancy, schema })).leaks).toEqual([]);
  });
});
