import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  createTenantPool,
  defineTenancy,
  type TenantPool,
  type TenantPoolOptions,
} from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const system = { reason: 'a test', actor: 'tests', write: true };
const single = (options: TenantPoolOptions = {}) => database.pool({ max: 1, ...options });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

/** What this pool's connection has prepared; the question itself is never prepared. */
async function preparedOn(pool: TenantPool): Promise<{ name: string; statement: string }[]> {
  const text = `table pg_prepared_statements /* ${'too long to be prepared '.repeat(400)} */`;
  const { rows } = await inAcme(() => pool.query(text));
  return rows;
}

const textsOn = async (pool: TenantPool) =>
  (await preparedOn(pool))
    .map(({ statement }) => statement)
    .filter(
      (text) => !/set_config|run_sql|^(reset|close|unlisten|discard) |^(begin|commit)$/.test(text),
    );

describe('statements are prepared', () => {
  test('by themselves, under a name of text and role', async () => {
    const pool = createTenantPool(tenancy, {
      connectionString: database.url, // one login for both roles
      max: 1,
      accept: ['login-bypasses-rls'],
    });
    onTestFinished(() => pool.end());
    const count = () => pool.query('select count(*)::int as n from projects');
    expect((await inAcme(count)).rows).toEqual([{ n: 2 }]);
    expect((await tenancy.asSystem(system, count)).rows).toEqual([{ n: 3 }]);
    expect((await inAcme(count)).rows).toEqual([{ n: 2 }]);
    const names = (await preparedOn(pool))
      .filter(({ statement }) => statement.includes('count(*)'))
      .map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^tenantry_[\w-]{24}$/);
  });

  // behind a pooler two applications, or two versions of one, share the statements of a connection
  test('and so are those of the context: another setting has another name', async () => {
    const namesOf = async (word: string) => {
      const other = defineTenancy({ tenant: word, id: 'uuid' });
      const pool = createTenantPool(other, { connectionString: database.web, max: 1 });
      onTestFinished(() => pool.end());
      const { rows } = await other.run(acme, () =>
        pool.query(
          `select name from pg_prepared_statements where statement like 'select pg_catalog.set_config(%'`,
        ),
      );
      return rows.map(({ name }) => name);
    };
    const [one, two] = await Promise.all(['organization', 'workspace'].map(namesOf));
    expect(one).toHaveLength(1);
    expect(one).not.toEqual(two);
    expect(await namesOf('workspace')).toEqual(two);
  });

  test('up to a bound; the least recently used is closed on the server', async () => {
    const pool = single({ preparedStatements: 5 });
    await inAcme(async () => {
      for (let i = 0; i < 20; i++) {
        await pool.query(`select ${i} as n`);
        await pool.query('select 0 as often');
      }
    });
    const texts = await textsOn(pool);
    expect(texts.length).toBeLessThanOrEqual(5);
    expect(texts).toContain('select 0 as often');
    expect(texts).toContain('select 19 as n');
    expect(texts).not.toContain('select 0 as n');
  });

  test('up to the bound, also after a batch of many', async () => {
    const pool = single({ preparedStatements: 3 });
    await inAcme(() =>
      pool.batch(() => Array.from({ length: 30 }, (_, i) => pool.query(`select ${i} as b`))),
    );
    expect((await textsOn(pool)).length).toBeLessThanOrEqual(3);
  });

  test('unless the text is longer than 8 KiB, or of a kind that does not come again', async () => {
    const pool = single();
    const long = `select 1 as one /* ${'x'.repeat(8200)} */`;
    await inAcme(async () => {
      expect((await pool.query(long)).rows).toEqual([{ one: 1 }]);
      await pool.query('show work_mem');
      await pool.query('explain select 1');
    });
    expect(await textsOn(pool)).toEqual([]);
  });

  test('unless that is switched off', async () => {
    const pool = single({ preparedStatements: false });
    for (const tenant of [acme, globex]) {
      for (let i = 0; i < 3; i++) {
        const { rows } = await tenancy.run(tenant, () =>
          pool.query('select distinct organization_id as id from projects'),
        );
        expect(rows).toEqual([{ id: tenant }]);
      }
    }
    expect(await preparedOn(pool)).toEqual([]);
  });
});

describe('when a table changes under a prepared statement', () => {
  const change = (sql: string) => database.ask(sql);
  let pool: TenantPool;

  beforeEach(async () => {
    pool = single();
    await change(`
      drop table if exists notes;
      create table notes (organization_id uuid not null default tenantry.current_tenant(), n integer);
      alter table notes enable row level security;
      alter table notes force row level security;
      create policy notes_tenant_isolation on notes to app using (organization_id = (select tenantry.current_tenant()));
      grant all on notes to app;
      insert into notes values ('${acme}', 1), ('${globex}', 2);`);
  });

  const all = () => pool.query('select * from notes order by n');

  test('its new columns arrive, without an error', async () => {
    await inAcme(all);
    await change('alter table notes add column title text default $$new$$');
    expect((await inAcme(all)).rows).toEqual([{ organization_id: acme, n: 1, title: 'new' }]);
    expect((await inAcme(all)).fields.map(({ name }) => name)).toEqual([
      'organization_id',
      'n',
      'title',
    ]);
    await change('alter table notes drop column n');
    expect((await inAcme(() => pool.query('select * from notes'))).rows).toEqual([
      { organization_id: acme, title: 'new' },
    ]);
    expect(await textsOn(pool)).toContain('select * from notes');
  });

  test('a column of the same place and another type is read by its new type', async () => {
    expect((await inAcme(() => pool.query('select n from notes'))).rows).toEqual([{ n: 1 }]);
    await change(`alter table notes alter column n type jsonb using jsonb_build_object('n', n)`);
    expect((await inAcme(() => pool.query('select n from notes'))).rows).toEqual([{ n: { n: 1 } }]);
  });

  // the server keeps the types of parameters as they were when it parsed the statement
  test('parameters follow the types of the columns', async () => {
    const insert = (n: unknown) =>
      inAcme(() => pool.query('insert into notes (n) values ($1)', [n]));
    const find = (n: unknown) => inAcme(() => pool.query('select n from notes where n = $1', [n]));
    await insert(5);
    expect((await find(5)).rows).toEqual([{ n: 5 }]);
    await change('alter table notes alter column n type bigint');
    await insert(3_000_000_000);
    expect((await find(3_000_000_000)).rows).toEqual([{ n: '3000000000' }]);
    await change('alter table notes alter column n type text');
    await insert('five');
    expect((await find('five')).rows).toEqual([{ n: 'five' }]);
  });

  test('a mistake of the caller stays an error', async () => {
    const find = (n: unknown) => inAcme(() => pool.query('select n from notes where n = $1', [n]));
    await find(1);
    for (let i = 0; i < 3; i++) expect(await failure(find('x'))).toMatchObject({ code: '22P02' });
    await change('drop table notes');
    for (let i = 0; i < 3; i++) expect(await failure(find(1))).toMatchObject({ code: '42P01' });
  });

  test('a transaction has to begin again, and then succeeds', async () => {
    await inAcme(all);
    await change('alter table notes add column title text');
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select 1');
      const error = await failure(client.query('select * from notes order by n'));
      expect(error).toMatchObject({ code: '0A000' });
      expect(error.message).toContain('cached plan must not change result type');
      await client.query('rollback');
      await client.query('begin');
      const { rows } = await client.query('select * from notes order by n');
      expect(rows).toEqual([{ organization_id: acme, n: 1, title: null }]);
      await client.query('commit');
      client.release();
    });
  });

  test('the first statement of a transaction is repeated with its BEGIN', async () => {
    await inAcme(all);
    await change('alter table notes add column title text');
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin isolation level repeatable read');
      expect((await client.query('select * from notes order by n')).rowCount).toBe(1);
      const { rows } = await client.query('show transaction_isolation');
      expect(rows).toEqual([{ transaction_isolation: 'repeatable read' }]);
      await client.query('commit');
      client.release();
    });
  });
});
