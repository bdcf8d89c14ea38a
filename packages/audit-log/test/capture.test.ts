import { expect, test } from 'vitest';
import { audit, strictAudit, tenancy } from './fixtures/schema.ts';
import { acme, ada, failure, globex, world } from './support/world.ts';

const { pool, url, ask, asAda, system } = await world();

const captured = async (tenant: string, action: string) =>
  tenancy.run(tenant, async () => (await audit.query(pool, { action })).entries);

test('an insert, an update and a delete leave what changed, whatever SQL they came from', async () => {
  const id = await asAda(async () => {
    const { rows } = await pool.query(
      `insert into projects (name, email, token, settings, price) values ('One', 'a@b.c', 's3cret', '{"a": [1, null]}', 12.50) returning id`,
    );
    await pool.query(
      `update projects set name = 'Two', token = 'other', price = 13 where name = 'One'`,
    );
    await pool.query(`update projects set updated_at = now()`); // excluded
    await pool.query(`update projects set name = name, stars = 0`); // no change
    await pool.query(`with gone as (delete from projects returning id) select * from gone`);
    return rows[0].id as string;
  });
  const { entries } = await asAda(() => audit.query(pool, { resource: ['projects', id] }));
  expect(entries.map(({ action }) => action)).toEqual([
    'projects.deleted',
    'projects.updated',
    'projects.inserted',
  ]);
  const [gone, changed, came] = entries;
  expect(came?.metadata).toEqual({
    new: {
      id,
      name: 'One',
      email: 'a@b.c',
      token: '[masked]',
      settings: { a: [1, null] },
      price: 12.5,
      stars: 0,
      done: false,
    },
  });
  expect(changed?.metadata).toEqual({
    old: { name: 'One', token: '[masked]', price: 12.5 },
    new: { name: 'Two', token: '[masked]', price: 13 },
  });
  expect(Object.keys(gone?.metadata ?? {})).toEqual(['old']);
  expect(came).toMatchObject({
    source: 'capture',
    actor: { type: 'user', id: ada, requestId: 'req-1' },
  });
  const [raw] = await ask<{ metadata: string; personal: string }>(
    `select metadata::text, personal::text from audit_logs where action = 'projects.inserted' and resource_id = $1`,
    [id],
  );
  expect(raw?.metadata).not.toContain('a@b.c');
  expect(raw?.personal).toBe('{"new": {"email": "a@b.c"}}');
});

test('a personal column alone that changes is an update', async () => {
  await asAda(async () => {
    await pool.query(`insert into projects (name, email) values ('Personal', 'old@b.c')`);
    await pool.query(`update projects set email = 'new@b.c' where name = 'Personal'`);
  });
  const [entry] = await captured(acme, 'projects.updated');
  expect(entry?.metadata).toEqual({ old: { email: 'old@b.c' }, new: { email: 'new@b.c' } });
});

test('each tenant reads its own part of what the system does, with the reason', async () => {
  await system(() =>
    pool.query(`insert into projects (organization_id, name) values ($1, 'A'), ($2, 'B')`, [
      acme,
      globex,
    ]),
  );
  for (const [tenant, name] of [
    [acme, 'A'],
    [globex, 'B'],
  ] as const) {
    const [entry] = await captured(tenant, 'projects.inserted');
    expect(entry).toMatchObject({
      organizationId: tenant,
      reason: 'a test',
      actor: { type: 'system', id: 'tests' },
      metadata: { new: { name } },
    });
  }
});

test('the table of tenants, and a table under another key, are captured by their ids', async () => {
  await asAda(async () => {
    await pool.query(`update organizations set name = 'Acme Inc.'`);
    await pool.query(`insert into memberships (user_id, role) values ($1, 'owner')`, [ada]);
  });
  const [organization] = await captured(acme, 'organizations.updated');
  expect(organization).toMatchObject({
    resource: { id: acme },
    metadata: { new: { name: 'Acme Inc.' } },
  });
  const [member] = await captured(acme, 'member.inserted');
  expect(member).toMatchObject({ resource: { type: 'member', id: ada } });
});

test('a row whose id changes went and came', async () => {
  await ask(`select set_config('app.actor', '', false)`);
  await ask(`update memberships set user_id = gen_random_uuid() where user_id = $1`, [ada]);
  const { entries } = await asAda(() => audit.query(pool, { resource: ['member'] }));
  expect(
    entries
      .slice(0, 2)
      .map(({ action }) => action)
      .sort(),
  ).toEqual(['member.deleted', 'member.inserted']);
});

test('TRUNCATE is seen, with how many rows it took from each tenant', async () => {
  const [before] = await ask<{ n: string }>(
    `select count(*) as n from projects where organization_id = $1`,
    [acme],
  );
  await ask('truncate projects');
  const [entry] = await captured(acme, 'projects.truncated');
  expect(entry).toMatchObject({ metadata: { rows: Number(before?.n) }, resource: { id: null } });
});

test('SQL from outside of the pool is named by its login', async () => {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url });
  await client.connect();
  const own = await client.query(
    `insert into projects (organization_id, name) values ($1, 'by hand') returning id`,
    [acme],
  );
  const { rows } = await client.query(
    `select actor_type, actor_id from audit_logs where resource_id = $1`,
    [own.rows[0].id],
  );
  await client.end();
  expect(rows).toEqual([{ actor_type: 'login', actor_id: expect.stringMatching(/^[a-z]/) }]);
});

test('a long value is recorded by its size, so the business write never fails over the log', async () => {
  await asAda(() => pool.query(`insert into projects (name) values (repeat('x', 100000))`));
  const [entry] = await captured(acme, 'projects.inserted');
  expect(entry?.metadata).toMatchObject({ new: { name: '[100000 bytes]' } });
});

test('thousands of rows in one statement leave as many entries, in one transaction', async () => {
  await asAda(() =>
    pool.query(`insert into projects (name) select 'bulk ' || i from generate_series(1, 3000) i`),
  );
  const [found] = await ask<{ entries: number; ids: number; hashes: number; transactions: number }>(
    `select count(*)::int as entries, count(distinct id)::int as ids, count(distinct content_hash)::int as hashes, count(distinct transaction_id)::int as transactions from audit_logs where metadata->'new'->>'name' like 'bulk %'`,
  );
  expect(found).toEqual({ entries: 3000, ids: 3000, hashes: 3000, transactions: 1 });
});

test('what is rolled back leaves no entry', async () => {
  await failure(
    asAda(() =>
      pool.query(
        `insert into projects (name) select case when i < 10 then 'undone' end from generate_series(1, 10) i`,
      ),
    ),
  );
  const left = await ask(`select from audit_logs where metadata->'new'->>'name' = 'undone'`);
  expect(left).toHaveLength(0);
});

test('a strict log refuses a write without an actor, and accepts one of a system actor', async () => {
  const strict = await world(strictAudit, 'audit-strict');
  const anonymous = failure(
    tenancy.run(acme, () => strict.pool.query(`insert into projects (name) values ('x')`)),
  );
  expect(await anonymous).toMatchObject({
    code: 'AUDIT_ACTOR_MISSING',
    status: 500,
    found: 'table projects without a user',
  });
  const entry = failure(
    tenancy.run(acme, () =>
      strict.pool.batch(() => [
        strictAudit.log(strict.pool, 'project.viewed', { resource: ['project'] }),
      ]),
    ),
  );
  expect(await entry).toMatchObject({
    code: 'AUDIT_ACTOR_MISSING',
    found: 'project.viewed without a user',
  });
  expect(await strict.ask('select from projects')).toHaveLength(0);
  await strict.asAda(() => strict.pool.query(`insert into projects (name) values ('x')`));
  await strict.system(() =>
    strict.pool.query(`insert into projects (organization_id, name) values ('${acme}', 'y')`),
  );
  await tenancy.run(acme, () => strict.pool.query(`update projects set name = 'z' where false`)); // nothing to answer for
});
