import { generate } from '@tenantry/rls/generate';
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { isolate, tenancy } from '../fixtures/schema.ts';
import { fixture } from '../support/fixture.ts';
import { asTenant, inContext, setContext, sqlState, undone } from '../support/scope.ts';
import { acme, globex } from '../support/seed.ts';

const { root, app } = await fixture();
const asAcme = <R>(fn: () => Promise<R>) => inContext(app, asTenant(acme.id), fn);

describe('the app role may not', () => {
  test.each([
    ['empty a table', 'truncate projects'],
    ['drop a table', 'drop table projects'],
    ['switch row security off', 'alter table projects disable row level security'],
    ['add a policy', 'create policy mine on projects using (true)'],
    [
      'add a trigger',
      'create trigger mine before insert on projects execute function tenantry.refuse_column_change()',
    ],
    ['make a table', 'create table mine (id int references users)'],
    [
      'make a function in schema public',
      "create function projects() returns int language sql as 'select 1'",
    ],
    [
      'make a function in schema tenantry',
      "create function tenantry.mine() returns int language sql as 'select 1'",
    ],
    [
      'replace the context function',
      "create or replace function tenantry.current_tenant() returns uuid language sql as 'select null::uuid'",
    ],
    ['shadow a table by a temporary one', 'create temp table projects (id int)'],
    ['read statistics', 'select * from pg_statistic'],
    ['call the trigger function', 'select tenantry.refuse_column_change()'],
  ])('%s', async (_, statement) => {
    expect(await sqlState(asAcme(() => app.query(statement)))).toMatch(/42501|0A000/);
  });

  test('read another role’s row security off: it is an error, not a leak', async () => {
    await undone(app, async () => {
      await setContext(app, asTenant(acme.id));
      await app.query('set local row_security = off');
      expect(await sqlState(app.query('select * from projects'))).toBe('42501');
    });
  });

  test('reference a table of the tenant, even where it may make tables', async () => {
    await undone(root, async () => {
      await root.query('create schema private authorization app');
      await setContext(root, asTenant(acme.id));
      expect(
        await sqlState(root.query('create table private.probe (id uuid references public.users)')),
      ).toBe('42501');
    });
  });
});

test('a temporary table shadows only its own session, where it is allowed at all', async () => {
  await undone(root, async () => {
    await root.query(
      'grant temporary on database current_database to app'.replace(
        'current_database',
        (await root.query('select quote_ident(current_database()) d')).rows[0].d,
      ),
    );
    await setContext(root, asTenant(acme.id));
    await root.query(
      "create temp table projects (name text); insert into projects values ('shadow')",
    );
    expect((await root.query('select * from projects')).rows).toEqual([{ name: 'shadow' }]);
    expect((await root.query('select distinct organization_id from public.projects')).rows).toEqual(
      [{ organization_id: acme.id }],
    );
    // The policies do not look into the temporary schema: notes is still isolated by the real table.
    expect((await root.query('select body from notes')).rows).toEqual([{ body: 'acme' }]);
  });
});

test('pg_temp does not hijack what the policies call', async () => {
  await undone(root, async () => {
    await root.query(
      `grant temporary on database ${(await root.query('select quote_ident(current_database()) d')).rows[0].d} to app`,
    );
    await setContext(root, asTenant(acme.id));
    await root.query(
      `create function pg_temp.current_setting(text, boolean) returns text language sql as $$ select '${globex.id}' $$`,
    );
    await root.query(
      `create function pg_temp.current_tenant() returns uuid language sql as $$ select '${globex.id}'::uuid $$`,
    );
    await root.query('set local search_path = pg_temp, tenantry, public, pg_catalog');
    expect((await root.query('select distinct organization_id from public.projects')).rows).toEqual(
      [{ organization_id: acme.id }],
    );
  });
});

describe('partitions and children', () => {
  const events = pgTable(
    'events',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      kind: text().notNull(),
      at: timestamp().notNull(),
    },
    (t) => [...isolate(t, { key: [t.id, t.at] })],
  );
  const statements = generate({ tenancy, schema: { events } }).sections.flatMap(
    (section) => section.statements,
  );

  const prepare = async () => {
    await root.query(
      'create table events (organization_id uuid not null default tenantry.current_tenant(), id uuid not null, kind text not null, at timestamp not null, primary key (organization_id, id, at)) partition by range (at)',
    );
    await root.query(
      "create table events_2030 partition of events for values from ('2030-01-01') to ('2031-01-01')",
    );
    const bound = 'organization_id = (select tenantry.current_tenant())';
    await root.query(`create policy events_tenant_isolation on events to app using (${bound})`);
    for (const statement of statements) await root.query(statement);
    for (const tenant of [acme, globex]) {
      await root.query("insert into events values ($1, gen_random_uuid(), 'x', '2030-02-02')", [
        tenant.id,
      ]);
    }
    await setContext(root, asTenant(acme.id));
  };

  test('a partitioned table is isolated, and its partitions are out of reach', async () => {
    await undone(root, async () => {
      await prepare();
      expect((await root.query('select organization_id from events')).rows).toEqual([
        { organization_id: acme.id },
      ]);
      expect(await sqlState(root.query('select * from events_2030'))).toBe('42501');
    });
  });

  test('a partition with rights of its own would leak: the control', async () => {
    await undone(root, async () => {
      await prepare();
      await root.query('reset role; grant select on events_2030 to app');
      await root.query("select set_config('role', 'app', true)");
      expect((await root.query('select * from events_2030')).rows).toHaveLength(2);
    });
  });
});

describe('plans', () => {
  test('a cached generic plan serves each tenant its own rows', async () => {
    const config = {
      name: 'cached',
      text: 'select organization_id from projects where name <> $1',
    };
    await app.query("set plan_cache_mode = 'force_generic_plan'");
    for (const tenant of [acme, globex, acme]) {
      const { rows } = await inContext(app, asTenant(tenant.id), () =>
        app.query({ ...config, values: ['x'] }),
      );
      expect(rows).toEqual([{ organization_id: tenant.id }, { organization_id: tenant.id }]);
    }
    await app.query('reset plan_cache_mode');
  });

  test('a plan cached inside a function serves each tenant its own rows', async () => {
    await root.query(
      "create function public.names() returns setof uuid language plpgsql as 'begin return query select organization_id from public.projects; end'",
    );
    for (const tenant of [acme, globex, acme, globex, acme, globex, acme]) {
      const { rows } = await inContext(app, asTenant(tenant.id), () =>
        app.query('select distinct names() id'),
      );
      expect(rows).toEqual([{ id: tenant.id }]);
    }
  });

  test('a context function that claims to be immutable would leak: the control', async () => {
    await undone(root, async () => {
      await root.query(
        `create function public.frozen_tenant() returns uuid immutable language sql as $$ select current_setting('app.organization_id')::uuid $$`,
      );
      await root.query(
        'alter policy projects_tenant_isolation on projects using (organization_id = public.frozen_tenant())',
      );
      await root.query('drop policy projects_tenant_floor on projects');
      await root.query("set local plan_cache_mode = 'force_generic_plan'");
      const read = async (tenant: string) => {
        await setContext(root, asTenant(tenant));
        return (
          await root.query({
            name: 'frozen',
            text: 'select distinct organization_id from projects where name <> $1',
            values: ['x'],
          })
        ).rows;
      };
      expect(await read(acme.id)).toEqual([{ organization_id: acme.id }]);
      expect(await read(globex.id)).toEqual([{ organization_id: acme.id }]);
    });
  });
});

test('a view that reads with its owner’s rights is not granted to anyone', async () => {
  await undone(root, async () => {
    await root.query('create view everything as select * from projects');
    await setContext(root, asTenant(acme.id));
    expect(await sqlState(root.query('select * from everything'))).toBe('42501');
  });
});

test('a view that reads with the rights of the asker shows the tenant its own rows', async () => {
  await undone(root, async () => {
    await root.query('create view safe with (security_invoker = true) as select * from projects');
    await root.query('grant select on safe to app');
    await setContext(root, asTenant(acme.id));
    const { rows } = await root.query('select distinct organization_id from safe');
    expect(rows).toEqual([{ organization_id: acme.id }]);
  });
});
