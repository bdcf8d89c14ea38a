import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

// Attacks through the pool with logins as in production: `web` may only become app. What an
// attacker with SQL in a statement can do to the plain context is told in the docs; the signed
// context stops it.

const database = await coreDatabase();
const pool = database.pool({ max: 1 });

/** Runs statements for globex on the one connection, each on its own; gives codes and rows. */
const asGlobex = (...statements: string[]) =>
  tenancy.run(globex, async () => {
    const outcomes: unknown[] = [];
    for (const statement of statements) {
      outcomes.push(
        await pool.query(statement).then(
          ({ rows }) => rows,
          (error) => error.code,
        ),
      );
    }
    return outcomes;
  });
const refused = (count: number) => Array(count).fill('STATEMENT_REFUSED');
const idsOfAcme = async () => {
  const { rows } = await tenancy.run(acme, () =>
    pool.query('select distinct organization_id as id from projects'),
  );
  return rows.map(({ id }) => id);
};

describe('what one tenant leaves on a connection does not reach the next', () => {
  test.each([
    ['a tenant of the session', `select set_config('app.organization_id', '${globex}', false)`],
    ['a role of the session', `select set_config('role', 'app', false)`],
    ['no role', `select set_config('role', 'none', false)`],
    ['an actor', `select set_config('app.actor', '{"user":"mallory"}', false)`],
    [
      'a function that sets it',
      `select run_sql($$ select set_config('app.organization_id', '${globex}', false) $$)`,
    ],
    ['row_security off', `select set_config('row_security', 'off', false)`],
  ])('%s', async (_, statement) => {
    const own = database.pool({ max: 1 });
    await tenancy.run(globex, () => own.query(statement));
    const seen = await tenancy
      .run(acme, () =>
        own.query(
          `select organization_id as id, current_user as role, current_setting('app.actor') as actor from projects`,
        ),
      )
      .catch((error) => error);
    // with row_security off the server refuses the query rather than to drop the policy
    if (seen instanceof Error) expect(seen).toMatchObject({ code: '42501' });
    else for (const row of seen.rows) expect(row).toEqual({ id: acme, role: 'app', actor: '' });
    await own.end();
  });

  test('a temporary table cannot be made to shadow a table', async () => {
    expect(await asGlobex('create temp table projects (organization_id uuid, name text)')).toEqual([
      'STATEMENT_REFUSED',
    ]);
    const hidden = `select run_sql('create temp table projects (organization_id uuid, name text)')`;
    expect(await asGlobex(hidden)).toEqual(['42501']);
    expect(await asGlobex('create table public.projects2 (n int)')).toEqual(['STATEMENT_REFUSED']);
    expect(await asGlobex('create schema mine')).toEqual(['STATEMENT_REFUSED']);
    expect(await idsOfAcme()).toEqual([acme]);
  });

  test('the plan of a prepared statement is not that of the first tenant', async () => {
    const text = 'select organization_id as id from projects where stars >= $1';
    for (let i = 0; i < 12; i++) {
      const tenant = i % 2 ? acme : globex;
      const { rows } = await tenancy.run(tenant, () => pool.query(text, [0]));
      expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([tenant]));
    }
  });
});

describe('a commit in the middle of a statement', () => {
  test.each([
    ['a procedure', `call commit_and_run('select count(*) from projects')`],
    [
      'a procedure that goes on',
      `call commit_and_run($$ insert into projects (organization_id, name) values ('${acme}', 'stolen') $$)`,
    ],
    ['a rollback', `call roll_back_and_run('delete from projects')`],
  ])('%s leaves the statement without a role, and it fails closed', async (_, statement) => {
    expect(await asGlobex(statement)).toEqual(['STATEMENT_REFUSED']);
    const system = { reason: 'a test', actor: 'tests', write: true, statements: 'any' } as const;
    const error = await failure(tenancy.asSystem(system, () => pool.query(statement)));
    expect(error).toMatchObject({ code: expect.stringMatching(/^(42501|28000|2D000)$/) });
    const names = await database.ask('select name from projects order by name');
    expect(names.map(({ name }) => name)).toEqual(['Anvil', 'Reactor', 'Rocket']);
    expect(await idsOfAcme()).toEqual([acme]);
  });

  test('a procedure that commits leaves nothing behind for the next scope', async () => {
    await database.ask(`
      create or replace procedure leave() language plpgsql as $$
      begin commit; perform set_config('app.organization_id', '${globex}', false); end $$;
      grant execute on procedure leave() to public`);
    expect(await asGlobex('call leave()')).toEqual(['STATEMENT_REFUSED']);
    const system = { reason: 'a test', actor: 'tests', write: true, statements: 'any' } as const;
    await failure(tenancy.asSystem(system, () => pool.query('call leave()')));
    expect(await idsOfAcme()).toEqual([acme]);
  });
});

describe('the walls of the database, through the pool', () => {
  test('a tenant cannot be given away, nor a row moved', async () => {
    expect(
      await asGlobex(
        `insert into projects (organization_id, name) values ('${acme}', 'planted')`,
        `update projects set organization_id = '${acme}'`,
        `delete from projects where organization_id = '${acme}' returning 1`,
        `truncate projects`,
        `alter table projects disable row level security`,
        `drop policy projects_tenant_floor on projects`,
        `set local row_security = off`,
        `create function f() returns int language sql security definer as 'select 1'`,
      ),
    ).toEqual(['42501', '42501', [], ...refused(3), [], ...refused(1)]);
    const hidden = ['truncate projects', 'drop policy projects_tenant_floor on projects'];
    expect(await asGlobex(...hidden.map((sql) => `select run_sql('${sql}')`))).toEqual([
      '42501',
      '42501',
    ]);
  });

  test('becoming another role is refused by the server', async () => {
    expect(
      await asGlobex(
        `select set_config('role', 'system', true)`,
        `select set_config('role', 'postgres', true)`,
        `select set_config('session_authorization', 'postgres', true)`,
        `select run_sql('set role system')`,
      ),
    ).toEqual(['42501', '42501', '42501', '42501']);
  });

  test('files and other servers are out of reach', async () => {
    expect(
      await asGlobex(
        `select pg_read_file('/etc/passwd')`,
        `copy projects to '/tmp/stolen'`,
        `copy projects to program 'cat'`,
        `create extension dblink`,
        `select lo_import('/etc/passwd')`,
      ),
    ).toEqual(['42501', ...refused(3), '42501']);
  });

  test('without a scope there is no statement, with an empty table too', async () => {
    expect(await failure(pool.query('select 1'))).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    expect(await asGlobex(`select count(*)::int as n from projects where false`)).toEqual([
      [{ n: 0 }],
    ]);
  });
});

describe('errors say nothing of other tenants', () => {
  test('a name that another tenant uses is free', async () => {
    expect(
      await asGlobex(
        `insert into projects (name) values ('Rocket') returning name`,
        `delete from projects where name = 'Rocket' returning name`,
      ),
    ).toEqual([[{ name: 'Rocket' }], [{ name: 'Rocket' }]]);
  });

  test('errors of this package carry no parameter and no id', async () => {
    await tenancy.run(acme, async () => {
      const error = await failure(tenancy.run(globex, () => {}));
      expect(JSON.stringify({ ...error, message: error.message })).not.toContain(globex);
      const left = await failure(
        tenancy.run(
          acme,
          () => void pool.query(`select pg_sleep(120), 'very secret'`).catch(() => {}),
        ),
      );
      expect(`${left.message}${left.stack}`).not.toContain('very secret');
    });
  });
});
