import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme, failure, globex, withClientOf, world } from './support/world.ts';

const { pool, url, ask, asAda, system } = await world();
const owner = new pg.Client({ connectionString: url });
await owner.connect();
afterAll(() => owner.end());

await asAda(() =>
  pool.batch(() => [audit.log(pool, 'project.viewed', { resource: ['project', 'p'] })]),
);
const [{ partition = '' } = {}] = await ask<{ partition: string }>(
  `select tableoid::regclass::text as partition from audit_logs limit 1`,
);
const count = async () => (await ask('select from audit_logs')).length;

const changes = (table: string) => [
  `update ${table} set action = 'forged'`,
  `update ${table} set actor_id = 'nobody'`,
  `delete from ${table}`,
  `truncate ${table}`,
];

/** Past the pool, which refuses some statements by itself: in the role and the tenant that it sets. */
async function asAppRole(statement: string): Promise<unknown> {
  await owner.query('begin');
  try {
    await owner.query(`set local role ${tenancy.roles.app}`);
    await owner.query(`select set_config($1, $2, true)`, [tenancy.setting, acme]);
    return await owner.query(statement);
  } finally {
    await owner.query('rollback');
  }
}

describe('nobody changes the log', () => {
  test('not the app role, on the log or on a partition', async () => {
    const before = await count();
    for (const statement of [
      ...changes('audit_logs'),
      ...changes(partition),
      `select * from ${partition}`,
    ]) {
      const { message } = await failure(asAppRole(statement));
      expect(message, statement).toMatch(/permission denied|append-only/);
      await expect(
        asAda(() => pool.query(statement)),
        statement,
      ).rejects.toThrow();
    }
    expect(await count()).toBe(before);
  });

  test('not the system role', async () => {
    const before = await count();
    for (const statement of [...changes('audit_logs'), ...changes(partition)]) {
      // a system scope may ask for any statement, and the database refuses it
      const { message } = await failure(
        tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true, statements: 'any' }, () =>
          pool.query(statement),
        ),
      );
      expect(message, statement).toContain('permission denied');
    }
    expect(await count()).toBe(before);
  });

  test.each(['origin', 'replica'])('not the owner, in the role %s of replication', async (role) => {
    await owner.query(`set session_replication_role = ${role}`);
    const before = await count();
    for (const statement of [...changes('audit_logs'), ...changes(partition)]) {
      const { message } = await failure(owner.query(statement));
      expect(message, statement).toContain('AUDIT_APPEND_ONLY');
    }
    await owner.query('reset session_replication_role');
    expect(await count()).toBe(before);
  });

  test('and every partition keeps its guards, and gives nobody rights', async () => {
    await ask(`alter default privileges grant all on tables to app`);
    await ask(`select * from tenantry.audit_maintain(8)`);
    const rows = await ask<{ name: string; guards: number; forced: boolean; acl: string | null }>(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced, c.relacl::text as acl,
        (select count(*)::int from pg_trigger t where t.tgrelid = c.oid and t.tgenabled = 'A' and t.tgname like 'tenantry_audit_%') as guards
       from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit_logs'::regclass`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(10);
    for (const { name, guards, forced, acl } of rows) {
      expect({ name, guards, forced }).toEqual({ name, guards: 2, forced: true });
      expect(acl ?? '').not.toContain('app=');
    }
    await ask(`alter default privileges revoke all on tables from app`);
  });
});

describe('an entry in plain SQL', () => {
  const write = (more: string) => `select tenantry.audit_write('sql', 'x', ${more}) as id`;
  const writeFor = (more: string) => `select tenantry.audit_write_for(${more})`;

  test('says what happened, and the database who, when, where and in which transaction', async () => {
    const { rows } = await asAda(() =>
      pool.query<{ id: string }>(write(`'r1', metadata => '{"n": 1}'`)),
    );
    const { entries } = await asAda(() => audit.query(pool, { action: 'sql' }));
    expect(entries[0]).toMatchObject({
      id: rows[0]?.id,
      source: 'entry',
      actor: { type: 'user', ip: '203.0.113.7', onBehalfOf: null, requestId: 'req-1' },
      resource: { type: 'x', id: 'r1' },
      metadata: { n: 1 },
    });
    expect((await asAda(() => audit.verify(pool))).ok).toBe(true);
  });

  test('needs no metadata', async () => {
    for (const more of [`'none'`, `'none', metadata => null`]) {
      await asAda(() => pool.query(write(more)));
    }
    const { entries } = await asAda(() => audit.query(pool, { resource: ['x', 'none'] }));
    expect(entries.map(({ metadata }) => metadata)).toEqual([{}, {}]);
  });

  test('cannot name a tenant, not even its own', async () => {
    for (const tenant of [acme, globex]) {
      const { message } = await failure(
        asAda(() => pool.query(writeFor(`'${tenant}', 'sql', 'x'`))),
      );
      expect(message).toContain('permission denied');
    }
  });

  test('of the system role names its tenant, and has its actor and reason', async () => {
    await system(() => pool.query(writeFor(`'${acme}', 'sql', 'x', reason => 'mine'`)));
    const { entries } = await asAda(() => audit.query(pool, { action: 'sql', limit: 1 }));
    expect(entries[0]).toMatchObject({ actor: { type: 'system', id: 'tests' }, reason: 'a test' });
    const { message } = await failure(system(() => pool.query(write(`'r'`))));
    expect(message).toBe('invalid input syntax for type uuid: "no tenant in this transaction"');
  });

  test('does not go into the log itself, where everything could be claimed', async () => {
    const before = await count();
    const forged = `insert into audit_logs (organization_id, action, resource_type, actor_type, actor_id, content_hash)
      values ('${acme}', 'forged', 'x', 'user', 'somebody', 'forged')`;
    for (const statement of [forged, forged.replace('audit_logs', partition)]) {
      for (const run of [asAda, system]) {
        const { message } = await failure(run(() => pool.query(statement)));
        expect(message).toContain('permission denied');
      }
    }
    expect(await count()).toBe(before);
  });

  test('nor does one of a trigger that the app or the system role made itself', async () => {
    for (const role of ['app', 'system']) {
      const { message } = await failure(
        // past the pool, which refuses to send it in a tenant's scope
        withClientOf(url, async (client) => {
          await client.query(`set role ${role}`);
          await client.query(`create temp table mine (n integer)`);
          await client.query(`create function pg_temp.forge() returns trigger language plpgsql as
              $$ begin insert into public.audit_logs (organization_id, action, resource_type) values ('${acme}', 'forged', 'x'); return new; end $$`);
          await client.query(
            `create trigger forge before insert on mine for each row execute function pg_temp.forge()`,
          );
          await client.query('insert into mine values (1)');
        }),
      );
      expect(message).toContain('permission denied');
    }
  });

  test('is written by a role that nobody can become, and that owns what adds to the log', async () => {
    const writers = await ask<{ grantee: string }>(
      `select distinct a.grantee::regrole::text as grantee from pg_class c, aclexplode(c.relacl) a
       where c.oid = 'audit_logs'::regclass and a.privilege_type = 'INSERT' and a.grantee <> c.relowner`,
    );
    expect(writers).toEqual([{ grantee: 'audit_writer' }]);
    const members = await ask(
      `select from pg_auth_members where roleid = 'audit_writer'::regrole and pg_get_userbyid(member) <> current_user`,
    );
    expect(members).toEqual([]);
  });
});

test('a permit of retention and erasure lets values be taken away, and nothing be rewritten', async () => {
  await owner.query('begin');
  await owner.query('select tenantry.audit_permit(true)');
  await owner.query(`savepoint before`);
  for (const change of [
    `action = 'forged'`,
    `metadata = '{}'`,
    `created_at = now()`,
    `content_hash = 'x'`,
  ]) {
    await owner.query('rollback to before');
    const { message } = await failure(owner.query(`update audit_logs set ${change}`));
    expect(message, change).toContain('AUDIT_APPEND_ONLY');
  }
  await owner.query('rollback to before');
  const { rowCount } = await owner.query('update audit_logs set actor_id = null, salt = null');
  expect(rowCount).toBeGreaterThan(0);
  await owner.query('rollback');
});

test('deleting an organization and its users leaves their log', async () => {
  const gone = '00000000-0000-4000-8000-0000000dead0';
  await system(async () => {
    await pool.query(`insert into organizations values ($1, 'Gone')`, [gone]);
    await pool.query(`insert into projects (organization_id, name) values ($1, 'Gone too')`, [
      gone,
    ]);
    await pool.query('delete from organizations where id = $1', [gone]);
  });
  const left = await ask<{ action: string }>(
    'select action from audit_logs where organization_id = $1 order by created_at, id',
    [gone],
  );
  expect(left.map(({ action }) => action).sort()).toEqual([
    'organizations.deleted',
    'organizations.inserted',
    'projects.deleted',
    'projects.inserted',
  ]);
});

test('the state of the log is out of reach', async () => {
  for (const statement of [
    'select * from tenantry.audit_permits',
    `insert into tenantry.audit_permits values (pg_current_xact_id()::text::bigint)`,
    'delete from tenantry.audit_seals',
    'select tenantry.audit_permit(true)',
    `select tenantry.audit_create_month(now())`,
    `select tenantry.audit_delete_month(array['${acme}']::uuid[], '-infinity', 'infinity')`,
  ]) {
    for (const run of [asAda, system]) {
      const { message } = await failure(run(() => pool.query(statement)));
      expect(message, statement).toMatch(/permission denied|AUDIT_APPEND_ONLY/);
    }
  }
  const { rows } = await asAda(() =>
    pool.query('select distinct tenant from tenantry.audit_seals'),
  );
  expect(rows.filter(({ tenant }) => tenant !== acme)).toEqual([]);
});
