import { readFileSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

// What injected SQL can do as the login of the pool, and what the commands of the guide take away.

const database = await coreDatabase();
const name = new URL(database.url).pathname.slice(1);
const guide = readFileSync(
  new URL('../../../../docs/guides/going-live.md', import.meta.url),
  'utf8',
);
const [, hardening = ''] =
  /## The login of the pool[\s\S]*?```sql\n([\s\S]*?)```/.exec(guide) ?? [];
const inAcme = (sql: string) => tenancy.run(acme, () => pool.query(sql));
const asLogin = (sql: string) =>
  inAcme(`select x.* from (select set_config('role', 'none', true) as role offset 0) r, lateral (${sql}) x
    where r.role is not null`);

const pool = database.pool({ max: 1 });

/** A connection of the same login that serves somebody else, and its process id. */
async function another(): Promise<number> {
  const client = new pg.Client(database.web);
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  await client.query(`select 'what another tenant asks'`);
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return rows[0].pid;
}

describe('as the login of the pool, injected SQL', () => {
  test('reads no row', async () => {
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`select set_config('role', 'none', true)`);
      expect(await failure(client.query('select name from projects'))).toMatchObject({
        code: '42501',
      });
      await client.query('rollback');
      client.release();
    });
  });

  test.each([
    `alter role web password 'mine'`,
    `alter role current_user set search_path = mine`,
    'alter user web valid until now',
    'drop owned by web',
    'reassign owned by web to system',
  ])('cannot send: %s', async (sql) => {
    expect(await failure(inAcme(sql))).toMatchObject({ code: 'STATEMENT_REFUSED' });
  });

  test('ends and reads other connections until the commands of the guide were run', async () => {
    const pid = await another();
    const attacks = [
      `select query from pg_stat_activity where pid = ${pid}`,
      `select pg_stat_get_backend_activity(1)`,
      `select query from pg_stat_get_activity(${pid})`,
      `select statement from pg_prepared_statements`,
      `select pg_cancel_backend(${pid})`,
      `select pg_terminate_backend(${pid})`,
    ];
    // as app it sees nothing of them
    expect(
      (await inAcme(`select query from pg_stat_activity where pid = ${pid}`)).rows,
    ).not.toEqual([{ query: expect.stringContaining('pg_backend_pid') }]);
    const [activity] = attacks as [string];
    expect((await asLogin(activity)).rows).toEqual([{ query: 'select pg_backend_pid() as pid' }]);
    expect(hardening).toContain('pg_terminate_backend');
    const commands = hardening.replaceAll('"acme"', `"${name}"`).split('\n');
    const ofRoles = (line: string) => line.startsWith('alter role');
    // roles are those of the whole cluster, which other tests use
    await database.ask(`begin; ${commands.filter(ofRoles).join('\n')} rollback`);
    await database.ask(commands.filter((line) => !ofRoles(line)).join('\n'));
    for (const attack of attacks)
      expect(await failure(asLogin(attack)), attack).toMatchObject({ code: '42501' });
    expect(
      await database.ask(`select 1 as alive from pg_stat_activity where pid = $1`, [pid]),
    ).toEqual([{ alive: 1 }]);
    // and the pool goes on
    expect((await inAcme('select count(*)::int as n from projects')).rows).toEqual([{ n: 2 }]);
  });
});
