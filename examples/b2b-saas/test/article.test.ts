import { testDatabase } from '@tenantry/testing/vitest';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testWorld } from './support/world.ts';

// The article's own SQL and code, run, and beside each fault what this application does instead.

const acme = '11111111-1111-4111-8111-111111111111';
const globex = '22222222-2222-4222-8222-222222222222';
const { url } = await testDatabase();
const owner = new Client({ connectionString: url });
// policies bind neither a superuser nor an owner without FORCE, so it connects as somebody else
const pool = new Pool({ connectionString: url, options: '-c role=article_reader', max: 2 });
pool.on('error', () => {});
const { send, ask } = await testWorld();

beforeAll(async () => {
  await owner.connect();
  await owner.query(`
    do $$ begin create role article_reader; exception when duplicate_object then null; end $$;
    create table organizations (id uuid primary key, name text not null, plan text not null default 'free');
    create table projects (id uuid primary key default gen_random_uuid(), name text not null,
      organization_id uuid not null references organizations on delete cascade);
    create table audit_logs (id uuid primary key default gen_random_uuid(), action text not null,
      organization_id uuid not null references organizations on delete cascade);
    create table plan_features (plan text not null, feature text not null, limit_value integer,
      enabled boolean not null default true, primary key (plan, feature));
    alter table projects enable row level security;
    create policy tenant_isolation on projects
      using (organization_id = current_setting('app.current_org_id')::uuid);
    grant select, insert on all tables in schema public to article_reader;
    insert into organizations values ('${acme}', 'Acme'), ('${globex}', 'Globex');
    insert into projects (organization_id, name) values ('${acme}', 'Rocket'), ('${globex}', 'Merger');
    insert into audit_logs (organization_id, action) values ('${acme}', 'project.created');
    insert into plan_features values ('free', 'projects', 3)`);
});

afterAll(async () => {
  await pool.end();
  await owner.end();
});

/** The article's wrapper: what `fn` asks goes to the pool, and not to this transaction. */
async function withTenantContext<T>(organizationId: string, fn: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query("select set_config('app.current_org_id', $1, true)", [organizationId]);
    const result = await fn();
    await client.query('commit');
    return result;
  } finally {
    client.release(true);
  }
}

const names = async () => (await pool.query('select name from projects')).rows;

describe('the context of a request', () => {
  test('the callback of the article runs without the tenant, on another connection', async () => {
    await expect(withTenantContext(acme, names)).rejects.toMatchObject({
      code: '42704', // unrecognized configuration parameter
    });
  });

  test('after SET LOCAL the setting is an empty text, and the cast of the policy fails', async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query("select set_config('app.current_org_id', $1, true)", [acme]);
    expect((await client.query('select name from projects')).rows).toEqual([{ name: 'Rocket' }]);
    await client.query('commit');
    await expect(client.query('select name from projects')).rejects.toMatchObject({
      code: '22P02', // invalid input syntax for type uuid: ""
    });
    client.release(true);
  });

  test('here every statement of a request carries its tenant, on whatever connection', async () => {
    const lists = await Promise.all(
      ['acme', 'globex', 'acme', 'globex'].map((organization) =>
        send('GET /api/projects', { as: 'eve', organization }),
      ),
    );
    const [first, second, third, fourth] = lists.map(({ json }) =>
      json.items.map(({ name }: { name: string }) => name),
    );
    expect(first).not.toEqual(second);
    expect([third, fourth]).toEqual([first, second]);
  });
});

describe('what a plan allows', () => {
  test('the query of the article has no row where the plan lacks the feature', async () => {
    const query = `select (f.limit_value is null or count(p.id) < f.limit_value) as can_create
      from plan_features f join organizations o on o.plan = f.plan
      left join projects p on p.organization_id = o.id
      where o.id = $1 and f.feature = $2 group by f.limit_value`;
    expect((await owner.query(query, [acme, 'projects'])).rows).toEqual([{ can_create: true }]);
    expect((await owner.query(query, [acme, 'sso'])).rows).toEqual([]);
  });

  test('the query of the article lets two requests pass that ask before either has inserted', async () => {
    await owner.query("update plan_features set limit_value = 2 where feature = 'projects'");
    const question = `select count(*)::int < 2 as may from projects where organization_id = '${acme}'`;
    const asked = await Promise.all([owner.query(question), owner.query(question)]);
    expect(asked.map(({ rows }) => rows[0].may)).toEqual([true, true]);
  });

  test('here the database counts, also for requests at the same time', async () => {
    await send('POST /account/organizations', {
      as: 'eve',
      body: { name: 'Initrode', slug: 'initrode' },
    });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        send('POST /api/projects', {
          as: 'eve',
          organization: 'initrode',
          body: { name: `Project ${i}` },
        }),
      ),
    );
    const list = await send('GET /api/projects', { as: 'eve', organization: 'initrode' });
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(3);
    expect(list.json.items).toHaveLength(3);
    expect(answers.filter(({ status }) => status !== 201).map(({ json }) => json.code)).toEqual(
      Array(9).fill('LIMIT_REACHED'),
    );
  });

  test('has the figures of the article, and room for one who is invited', async () => {
    const rows = await ask('select plan, feature, limit_value::int from plan_features');
    const figures: Record<string, Record<string, unknown>> = {};
    for (const { plan, feature, limit_value } of rows)
      figures[String(plan)] = { ...figures[String(plan)], [String(feature)]: limit_value };
    expect(figures).toEqual({
      free: { projects: 3, seats: 2, apiCalls: 1000 },
      pro: { projects: 50, seats: 10, apiCalls: 50_000 },
      enterprise: { projects: null, seats: null, apiCalls: null },
    });
  });

  test('a limit is a row: what an operator writes there counts from the next request on', async () => {
    await send('POST /account/organizations', {
      as: 'eve',
      body: { name: 'Hooli', slug: 'hooli' },
    });
    const create = async (name: string) => {
      const given = { as: 'eve', organization: 'hooli', body: { name } } as const;
      return (await send('POST /api/projects', given)).status;
    };
    for (const name of ['One', 'Two', 'Three']) expect(await create(name)).toBe(201);
    expect(await create('Four')).toBe(403);
    await ask(
      `update plan_features set limit_value = 4 where (plan, feature) = ('free', 'projects')`,
    );
    expect(await create('Four')).toBe(201);
    expect(await create('Five')).toBe(403);
  });
});

test('the cascade of the article takes the audit log along', async () => {
  await owner.query('delete from organizations where id = $1', [acme]);
  expect((await owner.query('select from audit_logs')).rows).toEqual([]);
});
