import { createTenantPool, defineTenancy } from '@tenantry/core';
import { adopt, planAdoption, readFacts, schemaOfPlan } from '@tenantry/rls/adopt';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { testLogin } from '../support/login.ts';
import { connected, fills, rows } from './support.ts';

// The application of an article for solo operators: the client is its hub, every table has user_id, ids are
// nanoids. Its customers hire: what a user owned becomes an organization's.

const id = 'text primary key default substr(md5(random()::text), 1, 21)';
const times = 'created_at timestamp default now(), updated_at timestamp default now()';
const own = 'user_id text not null references users (id) on delete cascade';
// financial records and credentials survive their client
const ofClient = 'client_id text references clients (id) on delete set null';
const tables = `
create table users (id ${id}, name text, email text not null unique, hashed_password text not null, plan text default 'free', stripe_customer_id text, ${times});
create table clients (id ${id}, ${own}, name text not null, email text, status text default 'active', ${times});
create table projects (id ${id}, ${own}, ${ofClient}, name text not null, budget integer, advance_received integer default 0, ${times});
create table tasks (id ${id}, project_id text not null references projects (id) on delete cascade, title text not null, position integer default 0, ${times});
create table personal_tasks (id ${id}, ${own}, title text not null, ${times});
create table vault_items (id ${id}, ${own}, ${ofClient}, label text not null, encrypted_value text not null, iv text not null, ${times});
create table invoices (id ${id}, ${own}, ${ofClient}, project_id text references projects (id), number text not null, total integer not null default 0, ${times}, unique (user_id, number));
create table invoice_items (id ${id}, invoice_id text not null references invoices (id) on delete cascade, text text not null, cents integer not null default 0);
create table transactions (id ${id}, ${own}, ${ofClient}, invoice_id text references invoices (id) on delete set null, amount integer not null, ${times});
create table hosting_servers (id ${id}, ${own}, name text not null);
create table domains (id ${id}, ${own}, ${ofClient}, server_id text references hosting_servers (id), name text not null);
create table usage_counters (${own}, feature text not null, used integer not null default 0, primary key (user_id, feature));
create table settings (user_id text primary key references users (id), currency text not null default 'INR');
`;
const seed = `
insert into users (id, email, hashed_password) select 'user_' || i, 'u' || i, 'x' from generate_series(1, 20) i;
insert into clients (id, user_id, name) select 'client_' || i, 'user_' || (1 + i % 20), 'c' from generate_series(1, 100) i;
insert into projects (id, user_id, client_id, name) select 'project_' || i, 'user_' || (1 + i % 20), case when i % 4 > 0 then 'client_' || (1 + (i - 1) % 100) end, 'p' from generate_series(1, 200) i;
insert into tasks (project_id, title) select 'project_' || (1 + i % 200), 't' from generate_series(1, 2000) i;
insert into personal_tasks (user_id, title) select 'user_' || (1 + i % 20), 't' from generate_series(1, 100) i;
insert into vault_items (user_id, client_id, label, encrypted_value, iv) select user_id, id, 'l', md5(id), 'iv' from clients;
insert into invoices (id, user_id, client_id, number) select 'invoice_' || i, 'user_' || (1 + i % 20), 'client_' || (1 + (i - 1) % 100), 'N' || i from generate_series(1, 200) i;
insert into invoice_items (invoice_id, text) select id, 'x' from invoices, generate_series(1, 3);
insert into transactions (user_id, client_id, invoice_id, amount) select user_id, client_id, case when length(id) % 2 = 0 then id end, 5 from invoices;
insert into hosting_servers (id, user_id, name) select 'server_' || i, 'user_' || i, 's' from generate_series(1, 20) i;
insert into domains (user_id, server_id, name) select user_id, id, 'd' from hosting_servers;
insert into usage_counters (user_id, feature) select id, 'clients' from users;
insert into settings (user_id) select id from users;
`;
/** An organization for each user, with its plan and its customer of the payments. */
const organizations = `
create table organizations (id ${id}, name text not null, plan text not null default 'free', stripe_customer_id text);
create table memberships (organization_id text not null references organizations (id), user_id text not null references users (id),
  role text not null default 'owner', primary key (organization_id, user_id));
insert into organizations (id, name, plan, stripe_customer_id) select 'org_' || substr(id, 6), coalesce(name, email), coalesce(plan, 'free'), stripe_customer_id from users;
insert into memberships (organization_id, user_id) select 'org_' || substr(id, 6), id from users;
`;

test('what users owned becomes owned by organizations, and a colleague may come', async () => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'text' });
  const { url } = await testDatabase();
  const root = await connected(url);
  await root.query(`${tables} ${seed} ${organizations}`);
  const plan = planAdoption(await readFacts(root, 'app'), tenancy);
  expect(fills(plan)).toMatchObject({
    clients: [{ from: 'owner', column: 'user_id' }],
    projects: [
      { from: 'parent', column: 'client_id', parent: 'public.clients' },
      { from: 'owner', column: 'user_id' },
    ],
    tasks: [{ from: 'parent', column: 'project_id', parent: 'public.projects' }],
    invoice_items: [{ from: 'parent', column: 'invoice_id', parent: 'public.invoices' }],
    usage_counters: [{ from: 'owner', column: 'user_id' }],
  });
  // what a user made is no more the user's alone
  expect(plan.tables.find(({ table }) => table === 'public.invoices')?.inTheWay).toContain(
    'reference invoices_user_id_fkey: deleting the user in user_id deletes the row, which belongs to the tenant then',
  );
  const { findings } = await adopt(root, tenancy, plan, { enforce: true });
  expect(findings).toEqual([]);
  for (const { table, is } of plan.tables) {
    if (is !== 'isolated') continue;
    const [row] = await rows<{ columns: string[] }>(
      root,
      "select array_agg(attname::text) as columns from pg_attribute where attrelid = $1::regclass and attname in ('user_id', 'organization_id')",
      [table],
    );
    if (!row?.columns.includes('user_id')) continue;
    expect(
      await rows(
        root,
        `select 1 from ${table} where organization_id <> 'org_' || substr(user_id, 6)`,
      ),
    ).toEqual([]);
  }

  const schema = schemaOfPlan(plan, await readFacts(root, 'app'), tenancy);
  const diagnosis = await diagnose(root, { tenancy, schema });
  expect(diagnosis.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const login = await testLogin(url, ['app', 'system']);
  const pool = createTenantPool(tenancy, { connectionString: login.url });
  // a colleague of another organization works here too: what they make belongs to where they made it
  await root.query("insert into memberships values ('org_1', 'user_2', 'member')");
  const made = await tenancy.run('org_1', async () => {
    const { rows: own } = await pool.query(
      "insert into clients (user_id, name) values ('user_2', 'new') returning organization_id as of",
    );
    return { ...own[0], seen: (await pool.query('select count(*)::int n from clients')).rows[0].n };
  });
  expect(made).toEqual({ of: 'org_1', seen: 6 });
  // a client goes: its projects, invoices and secrets stay, with their tenant; its tasks go with a project
  const after = await tenancy.run('org_1', async () => {
    const ask = async (text: string) => (await pool.query(text)).rows[0];
    const [{ id: client }] = (
      await pool.query('select client_id as id from invoices where client_id is not null limit 1')
    ).rows;
    const before = await ask(
      'select (select count(*) from invoices)::int invoices, (select count(*) from vault_items)::int secrets, (select count(*) from projects)::int projects',
    );
    await pool.query('delete from clients where id = $1', [client]);
    const left = await ask(
      'select (select count(*) from invoices)::int invoices, (select count(*) from vault_items)::int secrets, (select count(*) from projects)::int projects',
    );
    await pool.query('delete from projects where id = (select project_id from tasks limit 1)');
    return {
      before,
      left,
      orphans: (
        await pool.query(
          'select 1 from tasks t left join projects p on p.id = t.project_id where p.id is null',
        )
      ).rows,
      unlinked: (
        await pool.query(
          'select distinct organization_id as of from invoices where client_id is null',
        )
      ).rows,
    };
  });
  expect(after.left).toEqual(after.before);
  expect(after).toMatchObject({ orphans: [], unlinked: [{ of: 'org_1' }] });
  await expectIsolated({ pool, tenancy, schema, disposable: true });
  await pool.end();
});
