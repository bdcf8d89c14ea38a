import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { createTenantPool, defineTenancy, type TenantPool } from '../../src/index.ts';
import { countedPool } from '../support/counted.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const unnamed = database.pool({ max: 1, preparedStatements: false });
const counted = await countedPool(database, { max: 1 });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
const all = 'select * from projects order by name';

const projects = pgTable('projects', {
  organizationId: uuid('organization_id'),
  id: uuid(),
  name: text(),
});

/** Makes a hole in the database wall, for one test. */
async function broken(change: string, undo: string): Promise<void> {
  await inAcme(() => pool.query('select 1')); // the start check has passed before
  await database.ask(change);
  onTestFinished(async () => {
    await database.ask(undo);
  });
}

const withoutPolicies = () =>
  broken(
    'alter table projects disable row level security',
    'alter table projects enable row level security',
  );

const onClient = async <T>(fn: (client: pg.PoolClient) => Promise<T>) => {
  const client = await pool.connect();
  try {
    return await fn(client);
  } finally {
    client.release();
  }
};

const ways: Record<string, () => Promise<unknown>> = {
  'a statement': () => pool.query(all),
  'a statement without a name': () => unnamed.query(all),
  'a statement with rows as arrays': () => pool.query({ text: all, rowMode: 'array' }),
  'an alias': () => pool.query('select name, p.organization_id as "else" from projects p'),
  'a join': () =>
    pool.query('select o.name, p.* from projects p cross join (select 1 as name) o limit 10'),
  'a common table expression': () => pool.query(`with p as (${all}) select * from p`),
  'distinct, group by': () =>
    pool.query('select distinct organization_id, count(*) from projects group by organization_id'),
  returning: () => pool.query('update projects set stars = stars returning organization_id'),
  'a callback': () =>
    new Promise((resolve, reject) => {
      pool.query(all, (error: Error, result: unknown) => (error ? reject(error) : resolve(result)));
    }),
  'a client': () => onClient((client) => client.query(all)),
  'a transaction': () =>
    pool.transaction(async (tx) => {
      await tx.query('select 1');
      await tx.query(all);
    }),
  'the first statement of a transaction': () => pool.transaction((tx) => tx.query(all)),
  'a declared cursor': () =>
    pool.transaction(async (tx) => {
      await tx.query(`declare c cursor for ${all}`);
      await tx.query('fetch all from c');
    }),
  'the first of a batch': () => pool.batch(() => [pool.query(all), pool.query('select 1')]),
  'the last of a batch': () => pool.batch(() => [pool.query('select 1'), pool.query(all)]),
  drizzle: () =>
    drizzle(pool)
      .select()
      .from(projects)
      .catch((error) => {
        throw error.cause;
      }),
  'drizzle, raw': () =>
    drizzle(pool)
      .execute(sql.raw(all))
      .catch((error) => {
        throw error.cause;
      }),
  'a cursor': async () => {
    const cursor = pool.query(new Cursor(all));
    await cursor.read(10);
  },
  'a cursor on a client': () =>
    onClient(async (client) => {
      await client.query('begin');
      await client.query(new Cursor(all)).read(10);
    }),
  'a stream': async () => {
    for await (const row of pool.query(new QueryStream(all))) expect(row.name).not.toBe('Reactor');
  },
  'a query of pg': () =>
    new Promise((resolve, reject) => {
      const query = new pg.Query(all);
      query.on('row', (row) => {
        if (row.name === 'Reactor') reject(new Error('it got the row'));
      });
      query.on('end', resolve);
      query.on('error', reject);
      pool.query(query);
    }),
  'a query of pg in binary format': () =>
    new Promise((resolve, reject) => {
      const query = new pg.Query({
        text: 'select organization_id from projects where name <> $1',
        values: ['x'],
        binary: true,
      } as pg.QueryConfig);
      query.on('end', resolve);
      query.on('error', reject);
      pool.query(query);
    }),
};

afterEach(async () => {
  await until(() => pool.idleCount === pool.totalCount, 'every client came back');
});

describe('without the policies of a table', () => {
  test.each(Object.entries(ways))('%s gets no foreign row', async (_, way) => {
    await inAcme(() => way()); // with them it works
    await withoutPolicies();
    for (let run = 1; run <= 2; run++) {
      const error = await failure(inAcme(() => way()));
      expect(error).toMatchObject({ code: 'TENANT_ROW_FOREIGN', status: 500 });
      expect(error.message).toContain('a row of another organization in public.projects');
      expect(error.message).toContain('row-level security is off');
      expect(error.message).toContain('projects_tenant_floor, projects_tenant_isolation');
      expect(error.message).not.toMatch(/Reactor|910be/);
      expect(JSON.stringify({ ...error })).not.toMatch(/Reactor|910be/);
    }
  });

  const single = database.pool({ max: 1 });
  const closing: Record<string, () => Promise<unknown>> = {
    'a statement': () => single.query(all),
    'a transaction': () => single.transaction((tx) => tx.query(all)),
    'a batch': () => single.batch(() => [single.query('select 1'), single.query(all)]),
    'a cursor': () => single.query(new Cursor(all)).read(10),
    'a cursor on a client': async () => {
      const client = await single.connect();
      try {
        await client.query(new Cursor(all)).read(10);
      } finally {
        client.release();
      }
    },
  };

  test.each(Object.entries(closing))('%s loses its connection', async (_, way) => {
    const backend = async () =>
      (await inAcme(() => single.query('select pg_backend_pid() as pid'))).rows[0].pid;
    const before = await backend();
    await inAcme(() => way());
    expect(await backend()).toBe(before);
    await withoutPolicies();
    expect((await failure(inAcme(() => way()))).code).toBe('TENANT_ROW_FOREIGN');
    expect(await backend()).not.toBe(before);
  });

  test('a transaction is rolled back', async () => {
    await withoutPolicies();
    const error = await failure(
      inAcme(() =>
        pool.transaction(async (tx) => {
          await tx.query(`insert into projects (name) values ('half')`);
          await tx.query(all);
        }),
      ),
    );
    expect(error.code).toBe('TENANT_ROW_FOREIGN');
    expect(await database.ask(`select from projects where name = 'half'`)).toEqual([]);
  });

  test('a transaction that goes on after the error has no connection', async () => {
    await withoutPolicies();
    await inAcme(() =>
      onClient(async (client) => {
        await client.query('begin');
        await failure(client.query(all));
        expect(await failure(client.query('select 1'))).toMatchObject({
          code: 'TENANT_ROW_FOREIGN',
        });
      }),
    );
  });

  test('the error has the frames of who asked', async () => {
    await withoutPolicies();
    const error = await failure(
      inAcme(async function itWasMe() {
        const result = await pool.query(all);
        return result;
      }),
    );
    expect(error.stack).toContain('itWasMe');
  });

  test('own rows, system scopes and a pool whose witness is off get their rows', async () => {
    await withoutPolicies();
    const own = await inAcme(() =>
      pool.query('select * from projects where organization_id = $1', [acme]),
    );
    expect(own.rows).toHaveLength(2);
    const accept = ['table-not-isolated', 'login-bypasses-rls'] as const;
    const shared = createTenantPool(tenancy, { connectionString: database.url, accept });
    onTestFinished(() => shared.end());
    for (const of of [pool, shared]) {
      const reason = { reason: 'test', actor: 'test' };
      const system = await tenancy.asSystem(reason, () => of.query(all));
      expect(system.rows).toHaveLength(3);
    }
    const off = database.pool({ witness: 'off', accept: ['table-not-isolated'] });
    expect((await inAcme(() => off.query(all))).rows).toHaveLength(3);
  });

  test('what carries no tenant is not seen', async () => {
    await withoutPolicies();
    const { rows } = await inAcme(() => pool.query('select name from projects'));
    expect(rows).toHaveLength(3);
    const { rows: cast } = await inAcme(() =>
      pool.query('select organization_id::text from projects'),
    );
    expect(cast).toHaveLength(3);
  });
});

describe('other holes', () => {
  test('policies that were replaced by an open one', async () => {
    await broken(
      `drop policy projects_tenant_isolation on projects; drop policy projects_tenant_floor on projects;
       create policy everybody on projects to app using (true)`,
      `drop policy everybody on projects;
       create policy projects_tenant_isolation on projects for all to app
         using (organization_id = (select tenantry.current_tenant()));
       create policy projects_tenant_floor on projects as restrictive for all to public
         using (organization_id = (select tenantry.current_tenant()))`,
    );
    const error = await failure(inAcme(() => pool.query(all)));
    expect(error.message).toContain('row-level security is on; its policies: everybody');
    // a process that starts afterwards finds the column by its name
    const later = database.pool();
    expect((await failure(inAcme(() => later.query(all)))).code).toBe('TENANT_ROW_FOREIGN');
  });

  test('the table of tenants, whose tenant is its id', async () => {
    await broken(
      'alter table organizations disable row level security',
      'alter table organizations enable row level security',
    );
    const error = await failure(inAcme(() => pool.query('select id, name from organizations')));
    expect(error.message).toContain('public.organizations: column id;');
  });

  test('a view that reads with the rights of its owner', async () => {
    await broken(
      'create view board as select organization_id, name from projects; grant select on board to app',
      'drop view board',
    );
    const error = await failure(inAcme(() => pool.query('select * from board')));
    expect(error.message).toContain('public.board: column organization_id; a view');
  });
});

describe('a table that the pool did not know', () => {
  const made = `create table later (organization_id uuid, n integer); grant select on later to app;
    insert into later values ('${acme}', 1), (null, 2), ('${globex}', 3)`;
  const reads: Record<string, () => Promise<unknown>> = {
    'a statement': () => pool.query('select n, organization_id as o from later order by n'),
    'a transaction': () => pool.transaction((tx) => tx.query('select * from later order by n')),
    'a batch': () => pool.batch(() => [pool.query('select * from later'), pool.query(all)]),
    'a cursor': () => pool.query(new Cursor('select * from later order by n')).read(10),
  };

  test.each(Object.entries(reads))(
    'is looked up before its rows are given out: %s',
    async (_, read) => {
      await broken(made, 'drop table later');
      expect((await failure(inAcme(() => read()))).code).toBe('TENANT_ROW_FOREIGN');
      await database.ask('delete from later where n = 3');
      await inAcme(() => read()); // a null is nobody's
    },
  );

  test('is looked up once, in a round trip of its own', async () => {
    await inAcme(() => counted.pool.query('select 1'));
    await broken(made, 'drop table later');
    await database.ask('delete from later where n = 3');
    const trips: number[] = [];
    for (let run = 1; run <= 3; run++) {
      const { roundTrips } = await counted.during(() =>
        inAcme(() => counted.pool.query('select * from later')),
      );
      trips.push(roundTrips);
    }
    expect(trips).toEqual([2, 1, 1]);
  });

  test('and one that gets its tenant column later', async () => {
    await broken(
      'create table grows (n integer); grant select on grows to app; insert into grows values (1)',
      'drop table grows',
    );
    const read = () => inAcme(() => pool.query('select * from grows'));
    expect((await read()).rows).toEqual([{ n: 1 }]);
    await database.ask(
      `alter table grows add column organization_id uuid default '${globex}'::uuid`,
    );
    expect((await failure(read())).code).toBe('TENANT_ROW_FOREIGN');
  });
});

describe('options', () => {
  const table = `create table people (organization_id uuid, crew uuid, n integer);
    grant select on people to app; insert into people values ('${globex}', '${acme}', 1)`;
  const read = (of: TenantPool) => inAcme(() => of.query('select * from people'));
  const accept = ['table-not-isolated'] as const;

  test('columns: another column, none, and one that is not there', async () => {
    await broken(table, 'drop table people');
    expect((await failure(read(database.pool({ accept })))).code).toBe('TENANT_ROW_FOREIGN');
    const named = (columns: Record<string, string | false>) =>
      database.pool({ accept, witness: { mode: 'enforce', columns } });
    expect((await read(named({ people: 'crew' }))).rows).toHaveLength(1);
    expect((await read(named({ 'public.people': false }))).rows).toHaveLength(1);
    for (const columns of [{ people: 'nothing' }, { 'crm.people': 'crew' }]) {
      const error = await failure(read(named(columns)));
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain('witness.columns names');
    }
  });

  test('exempt tables and shared ones are not compared', async () => {
    await broken(table, 'drop table people');
    const exempt = database.pool({ exempt: { people: 'another library' } });
    expect((await read(exempt)).rows).toHaveLength(1);
    await database.ask(
      `alter table people enable row level security; alter table people force row level security;
       create policy people_shared_read on people for select to app using (true)`,
    );
    expect((await read(database.pool())).rows).toHaveLength(1);
  });

  test.each([
    'sometimes',
    { mode: 'observed' },
    { mode: 'enforce', columns: { a: '' } },
    { mode: 'enforce', columns: { a: 1 } },
    { mode: 'observe', role: 'system' },
    { mode: 'observe', onObserved: 'console' },
    null,
  ])('%j is refused', (witness) => {
    expect(() => database.pool({ witness: witness as never })).toThrow('option witness');
  });
});

describe('spellings of an id', () => {
  test.each(['text', 'varchar(40)', 'char(40)', 'integer', 'bigint', 'smallint', 'numeric'])(
    '%s',
    async (type) => {
      const teams = defineTenancy({ tenant: 'team', id: 'text' });
      await database.ask(
        `create table squads (team_id ${type}, n integer); grant select on squads to app;
         insert into squads values ('42', 1), (null, 2), ('43', 3)`,
      );
      const own = createTenantPool(teams, {
        connectionString: database.web,
        accept: ['table-not-isolated'],
      });
      onTestFinished(async () => {
        await own.end();
        await database.ask('drop table squads');
      });
      const read = (text: string) => teams.run('42', () => own.query(text));
      const own42 = 'select * from squads where n <> 3 order by n';
      expect((await read(own42)).rows).toHaveLength(2);
      expect((await failure(read('select * from squads'))).code).toBe('TENANT_ROW_FOREIGN');
      if (type === 'numeric') return; // its binary form is not an integer's
      const binary = (text: string) =>
        teams.run(
          '42',
          () =>
            new Promise((resolve, reject) => {
              const query = new pg.Query({ text, values: [-1], binary: true } as pg.QueryConfig);
              query.on('end', resolve);
              query.on('error', reject);
              own.query(query);
            }),
        );
      await binary('select team_id from squads where n <> 3 and n <> $1');
      expect(
        (await failure(binary('select team_id from squads where n <> $1') as never)).code,
      ).toBe('TENANT_ROW_FOREIGN');
    },
  );
});
