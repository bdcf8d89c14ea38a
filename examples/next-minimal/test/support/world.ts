import { createTenantPool } from '@tenantry/core';
import type { ConformanceTenant, ConformanceWorld } from '@tenantry/testing/conformance';
import { afterAll } from 'vitest';
import { ada, bob, type exampleDatabase, tenancy } from './database.ts';

type Database = Awaited<ReturnType<typeof exampleDatabase>>;

/** The two organizations, read through a pool of the tests: scopes are the process's, whoever opens them. */
export function conformanceWorld(database: Database): ConformanceWorld {
  const { env, ask } = database;
  const pool = createTenantPool(tenancy, {
    connectionString: env.DATABASE_URL,
    system: { connectionString: env.DATABASE_URL_SYSTEM },
    max: 4,
  });
  afterAll(() => pool.end());
  const names = async (sql: string, values?: unknown[]) =>
    (await pool.query<{ name: string }>(sql, values)).rows.map(({ name }) => name);
  return {
    tenants: [
      { claim: 'acme', user: ada, rows: ['Anvil', 'Rocket'] },
      { claim: 'globex', user: bob, rows: ['Reactor'] },
    ],
    unknownClaim: 'nobody',
    read: () => names(`select name from projects where name not like 'written%'`),
    readSlowly: (milliseconds) =>
      names(`select name from projects, (select pg_sleep($1)) nap where name not like 'written%'`, [
        milliseconds / 1000,
      ]),
    write: (text) => pool.query('insert into projects (name) values ($1)', [text]),
    isWritten: async (text) =>
      (await ask('select from projects where name = $1', [text])).length === 1,
    ownScope: () => {
      const { organizationId } = tenancy.current();
      return (fn) => tenancy.run(organizationId, fn);
    },
    capture: () => tenancy.capture(),
    resume: (token, fn) => pool.resume(token, fn),
    crowd: () => crowd(database),
  };
}

/** A hundred organizations, each with a member and a project of its own. */
async function crowd({ ask }: Database): Promise<ConformanceTenant[]> {
  const made = await ask(`
    with made as (
      insert into organizations select gen_random_uuid(), 'crowd-' || n, 'Crowd'
        from generate_series(1, 100) n returning id, slug),
    members as (insert into memberships select id, gen_random_uuid() from made returning *),
    projects as (
      insert into projects (organization_id, name) select id, 'Project of ' || slug from made
        returning organization_id, name)
    select slug, user_id, projects.name from made
      join members on members.organization_id = made.id
      join projects on projects.organization_id = made.id`);
  return made.map(({ slug, user_id, name }) => ({
    claim: String(slug),
    user: String(user_id),
    rows: [String(name)],
  }));
}
