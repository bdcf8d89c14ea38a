import { describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { statementName } from '../../src/wire/statement-cache.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const system = { reason: 'a test', actor: 'tests', write: true };
const single = () => database.pool({ max: 1 });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

/** What this pool's connection has prepared; the question itself is never prepared. */
async function preparedOn(pool: TenantPool): Promise<{ name: string; statement: string }[]> {
  const text = `table pg_prepared_statements /* ${'too long to be prepared '.repeat(400)} */`;
  const { rows } = await inAcme(() => pool.query(text));
  return rows;
}

const textsOn = async (pool: TenantPool) =>
  (await preparedOn(pool)).map(({ statement }) => statement);

describe('when the prepared statements are gone, or not ours', () => {
  const own = () => 'select distinct organization_id as id, 26000 as code from projects';
  const drop = (pool: TenantPool) => inAcme(() => pool.query(`select run_sql('deallocate all')`));

  test('a statement is repeated unnamed, on a connection that is closed after it', async () => {
    const pool = single();
    await inAcme(() => pool.query(own()));
    await drop(pool);
    for (const tenant of [acme, globex]) {
      const { rows } = await tenancy.run(tenant, () => pool.query(own()));
      expect(rows).toEqual([{ id: tenant, code: 26000 }]);
    }
    expect(await textsOn(pool)).toContain(own());
  });

  // each could end the preparing for all tenants, when it was taken for an answer of a pooler
  test.each([
    ['DEALLOCATE', `select run_sql('deallocate all')`],
    ['a name that is taken', `select run_sql('prepare "' || name || '" as select 1') from taken`],
    ['an EXECUTE of no statement', `select run_sql('execute nothing')`],
    ['an error that looks like it, while a statement is planned', 'select run_at_once()'],
    ['one of them in WHERE', `select 1 from projects where name = run_at_once()`],
  ])('%s of one tenant does not end the preparing', async (_, text) => {
    await database.ask(`
      create or replace function run_at_once() returns text immutable language plpgsql as
        $$ begin raise exception 'tenantry_' using errcode = '26000'; end $$`);
    const pool = single();
    const sent = text.replace(
      'from taken',
      `from (values ('${statementName('app', own())}')) as taken(name)`,
    );
    for (let i = 0; i < 3; i++) {
      await inAcme(() => pool.query(sent)).catch((error) =>
        expect(error).toMatchObject({ code: '26000' }),
      );
      const { rows } = await inAcme(() => pool.query(own()));
      expect(rows).toEqual([{ id: acme, code: 26000 }]);
    }
    await inAcme(() => pool.query('select 7 as seven'));
    await inAcme(() => pool.query('select 8 as eight'));
    expect(await textsOn(pool)).toContain('select 8 as eight');
  });

  test('a system scope that sends what it likes does not end it either', async () => {
    const pool = single();
    const any = { ...system, statements: 'any' as const };
    for (const text of ['execute nothing', 'deallocate nothing', 'deallocate all', 'discard all'])
      await tenancy
        .asSystem(any, () => pool.query(text))
        .catch((error) =>
          expect(error).toMatchObject({ code: expect.stringMatching(/26000|25001/) }),
        );
    await inAcme(() => pool.query('select 9 as nine'));
    expect(await textsOn(pool)).toContain('select 9 as nine');
  });

  test('in a batch all of it is repeated', async () => {
    const pool = single();
    const both = () =>
      pool.batch(() => [
        pool.query(own()),
        pool.query(`update projects set stars = stars + 1 where name = 'Rocket'`),
      ]);
    await inAcme(both);
    const [before] = await database.ask(`select stars from projects where name = 'Rocket'`);
    await drop(pool);
    const [rows, update] = await inAcme(both);
    expect([rows.rows, update.rowCount]).toEqual([[{ id: acme, code: 26000 }], 1]);
    const [after] = await database.ask(`select stars from projects where name = 'Rocket'`);
    expect(after?.stars).toBe((before?.stars as number) + 1);
  });

  test('inside a transaction the error says so, and the next attempt succeeds', async () => {
    const pool = single();
    await inAcme(() => pool.query(own()));
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`select run_sql('deallocate all')`);
      expect(await failure(client.query(own()))).toMatchObject({ code: '26000' });
      await client.query('rollback');
      await client.query('begin');
      expect((await client.query(own())).rows).toEqual([{ id: acme, code: 26000 }]);
      await client.query('commit');
      client.release();
    });
  });

  test('a name that the server has already for another text is not run', async () => {
    const pool = single();
    await inAcme(() => pool.query('select 1'));
    await inAcme(() => pool.query(own()));
    const [{ name } = { name: '' }] = (await preparedOn(pool)).filter(
      ({ statement }) => statement === own(),
    );
    const other = single();
    await inAcme(() => other.query('select 1'));
    await inAcme(() => other.query(`select run_sql('prepare "${name}" as select 42 as stolen')`));
    expect((await inAcme(() => other.query(own()))).rows).toEqual([{ id: acme, code: 26000 }]);
    expect((await inAcme(() => other.query(own()))).rows).toEqual([{ id: acme, code: 26000 }]);
  });
});
