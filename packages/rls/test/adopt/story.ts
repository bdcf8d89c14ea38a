import { createTenantPool } from '@tenantry/core';
import { adopt, readFacts, schemaOfPlan } from '@tenantry/rls/adopt';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect } from 'vitest';
import { testLogin } from '../support/login.ts';
import { organizationsSql, seed, tablesSql } from './single-user.ts';
import { connected, ownerOf, planFor, rows, tenancy } from './support.ts';
import { oldTraffic, watchBlocked } from './traffic.ts';

/** A single-user application becomes multi-tenant while it is used, and loses nothing. */
export async function singleUserStory({ users, tasks }: { users: number; tasks: number }) {
  const { url } = await testDatabase();
  const root = await connected(url);
  const login = await ownerOf(root, url);
  const owner = await connected(login.url);
  await owner.query(tablesSql);
  await seed(owner, { users, tasks });
  await owner.query(organizationsSql);
  await root.query(`grant set on parameter session_replication_role to ${login.name}`);
  const count = async () =>
    Number((await rows<{ n: string }>(root, 'select count(*) as n from tasks'))[0]?.n);
  const began = await count();

  // the old code runs on
  const old = await oldTraffic(login.url, 3);
  await expect.poll(() => old.statements).toBeGreaterThan(30);
  const plan = await planFor(owner);
  const blocked = await watchBlocked(url, (owner as unknown as { processID: number }).processID);
  const prepared = await adopt(owner, tenancy, plan);
  const during = old.statements;
  await expect.poll(() => old.statements).toBeGreaterThan(during + 30);
  await old.stop();
  expect(old.errors).toEqual([]);
  expect(prepared.findings).toEqual([]);
  for (const table of ['projects', 'tasks'] as const) {
    const key = new Map(
      (
        await rows<{ id: string; text: string }>(
          root,
          `select id::text, ${table === 'projects' ? 'name' : 'title'} as text from ${table}`,
        )
      ).map((row) => [row.id, row.text]),
    );
    for (const [id, text] of old.ledger[table]) expect(key.get(String(id))).toBe(text);
  }
  expect(await count()).toBe(began + old.ledger.tasks.size);
  // every row has the tenant of its owner, new ones too
  for (const [text, wrong] of [
    [
      'select 1 from projects p join memberships m using (user_id) where p.organization_id <> m.organization_id',
      'projects',
    ],
    [
      'select 1 from tasks t join projects p on p.id = t.project_id where p.organization_id is distinct from t.organization_id',
      'tasks',
    ],
    [
      'select 1 from comments c join tasks t on t.id = c.task_id where c.organization_id is distinct from t.organization_id',
      'comments',
    ],
  ] as const)
    expect({ wrong, rows: await rows(root, text) }).toEqual({ wrong, rows: [] });

  // the new code runs in scopes, before and while the policies come
  const served = await testLogin(url, ['app', 'system']);
  const pool = createTenantPool(tenancy, {
    connectionString: served.url,
    max: 4,
    accept: ['table-not-isolated'],
  });
  const made = new Map<string, string>();
  const errors: Error[] = [];
  let stopping = false;
  const members = await rows<{ tenant: string; user: string }>(
    root,
    'select organization_id as tenant, user_id as user from memberships',
  );
  const workers = [0, 1, 2].map(async (worker) => {
    for (let n = 0; !stopping; n += 1) {
      const { tenant, user } = members[
        (worker * 5 + n) % members.length
      ] as (typeof members)[number];
      try {
        await tenancy.run(tenant, async () => {
          const {
            rows: [project],
          } = await pool.query(
            'insert into projects (user_id, name) values ($1, $2) returning id',
            [user, 'new code'],
          );
          await pool.query('insert into tasks (project_id, title) values ($1, $2)', [
            project.id,
            'new code',
          ]);
          made.set(project.id, tenant);
        });
      } catch (error) {
        errors.push(error as Error);
      }
    }
  });
  await expect.poll(() => made.size).toBeGreaterThan(5);
  const enforced = await adopt(owner, tenancy, plan, { enforce: true });
  const blockedMs = await blocked();
  const sofar = made.size;
  await expect.poll(() => made.size).toBeGreaterThan(sofar + 5);
  stopping = true;
  await Promise.all(workers);
  expect(errors).toEqual([]);
  for (const [id, tenant] of made)
    expect(
      await tenancy.run(
        tenant,
        async () => (await pool.query('select 1 from projects where id = $1', [id])).rows,
      ),
    ).toHaveLength(1);

  // doctor is green, and the attacks hold
  const schema = schemaOfPlan(plan, await readFacts(root, 'app'), tenancy);
  const { findings } = await diagnose(root, { tenancy, schema });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  await pool.end();
  const strict = createTenantPool(tenancy, {
    connectionString: served.url,
    exempt: { __drizzle_migrations: 'the migrations' },
  });
  const { user } = members[0] as (typeof members)[number];
  await expectIsolated({
    pool: strict,
    tenancy,
    schema,
    disposable: true,
    acceptDatabase: new URL(url).pathname.slice(1),
    rows: { sessions: () => ({ user_id: user }) },
  });
  await strict.end();
  return {
    longestLockMs: Math.max(prepared.longestLockMs, enforced.longestLockMs),
    longestBatchMs: Math.max(prepared.longestBatchMs, enforced.longestBatchMs),
    blockedMs,
    slowestMs: old.slowestMs,
    statements: old.statements,
    retries: prepared.retries + enforced.retries,
  };
}
