import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withClient } from '@tenantry/testing/schema';
import { pgTable } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { apiKeys } from '../src/api-keys/index.ts';
import { rbac, rbacWorld, tenancy } from './support/world.ts';

// Each statement of this package at two sizes: what it reads must not grow with rows of others.

const keysTable = pgTable('api_keys', rbac.tables.apiKeys.columns(), (t) => [
  ...rbac.tables.apiKeys.rules(t, { read: 'roles:manage', write: 'roles:manage' }),
]);
const world = await rbacWorld({}, { apiKeys: keysTable });
const { pool, as, ask } = world;

/** Tenants with 15 members, 10 invitations, 3 roles and 5 roles for projects each, until there are so many. */
const fill = (tenants: number) =>
  ask(`
    do $$
    declare
      o uuid;
      system_role uuid := (select id from built_in_roles where key = 'viewer');
      owner_role uuid := (select id from built_in_roles where key = 'owner');
      own uuid;
    begin
      for t in (select count(*) from organizations) .. ${tenants - 1} loop
        insert into organizations (name) values ('Filler') returning id into o;
        insert into users (email) select format('f-%s-%s@example.com', t, i) from generate_series(1, 15) i;
        insert into memberships (organization_id, user_id)
          select o, id from users where email in (select format('f-%s-%s@example.com', t, i) from generate_series(1, 15) i);
        insert into roles (organization_id, key, name)
          select o, 'own-' || i, 'Own' from generate_series(1, 3) i;
        select id into own from roles where organization_id = o and key = 'own-1';
        insert into role_permissions (organization_id, role_id, permission)
          select o, id, 'projects:update' from roles where organization_id = o;
        insert into projects (organization_id, name) select o, 'Project' from generate_series(1, 5) i;
        insert into member_roles (organization_id, user_id, role_id)
          select o, user_id, system_role from memberships where organization_id = o
          union all (select o, user_id, owner_role from memberships where organization_id = o limit 1);
        insert into member_roles (organization_id, user_id, role_id, resource_type, resource_id)
          select o, (select user_id from memberships where organization_id = o limit 1), own, 'projects', id::text
          from projects where organization_id = o;
        insert into invitations (organization_id, email, role_id, token_hash, expires_at)
          select o, format('i-%s-%s@example.com', t, i), system_role, md5(o::text || i), now() + interval '1 day'
          from generate_series(1, 10) i;
        insert into api_keys (organization_id, name, hint, permissions, created_by)
          select o, 'Key', 'hint', '{projects:read}', user_id from memberships where organization_id = o limit 5;
        insert into tenantry.api_key_hashes (tenant_id, hash, key_id)
          select o, md5(id::text), id from api_keys where organization_id = o;
      end loop;
    end $$`);

const acme = await world.organization();
const admin = await world.member(acme.id, 'admin');
const member = await world.member(acme.id, 'member');
const guest = await world.user();
const project = randomUUID();
const invited = await as(acme.owner, acme.id, async () => {
  await pool.query(`insert into projects (id, name) values ($1, 'Mine')`, [project]);
  await rbac.roles.save(pool, { key: 'mine', name: 'Mine', permissions: ['projects:read'] });
  await rbac.members.assign(pool, {
    user: member,
    role: 'mine',
    on: { type: 'projects', id: project },
  });
  return rbac.invitations.create(pool, { email: 'guest@example.com', role: 'member' });
});
const hash = createHash('sha256').update(invited.token).digest('hex');
const key = await as(acme.owner, acme.id, () =>
  apiKeys(rbac, { prefix: 'acme' }).create(pool, { name: 'CI', permissions: ['projects:read'] }),
);
const keyHash = createHash('sha256').update(key.key).digest('hex');
const [token, spare] = ['b'.repeat(64), randomUUID()];

/** Who acts, and the statement; what it writes is taken back. */
const statements: Readonly<Record<string, readonly ['owner' | 'member' | 'system', string]>> = {
  enter: ['member', `select tenantry.enter('id', '${acme.id}', '${member}', null)`],
  enter_member: ['member', `select tenantry.enter_member('${acme.id}', '${member}', null)`],
  can: ['member', `select tenantry.can('projects:create')`],
  allowed_ids: ['member', `select tenantry.allowed_ids('projects:read', 'projects')`],
  my_permissions: ['member', `select tenantry.my_permissions()`],
  explain: ['owner', `select tenantry.rbac_explain('projects:create', '${member}', null, null)`],
  describe: ['owner', `select tenantry.rbac_describe('${acme.id}', 101)`],
  preview: ['owner', `select tenantry.rbac_preview('{"role": "mine", "permissions": []}')`],
  'members.add': ['system', `select tenantry.rbac_add_member('${acme.id}', '${guest}', 'viewer')`],
  'members.assign': [
    'owner',
    `select tenantry.rbac_assign('${acme.id}', '${member}', 'editor', 'projects', '${project}', null)`,
  ],
  'members.unassign': [
    'owner',
    `select tenantry.rbac_unassign('${acme.id}', '${member}', 'member', null, null)`,
  ],
  'members.remove': ['owner', `select tenantry.rbac_remove_member('${acme.id}', '${member}')`],
  'members.leave': ['member', 'select tenantry.rbac_leave()'],
  'members.transferOwnership': [
    'owner',
    `select tenantry.rbac_transfer_ownership('${admin}', 'admin')`,
  ],
  'roles.list': ['owner', `select tenantry.rbac_roles('${acme.id}')`],
  'roles.save': [
    'owner',
    `select tenantry.rbac_save_role('${acme.id}', 'mine', 'Mine', 'viewer', '{projects:update}')`,
  ],
  'roles.remove': ['owner', `select tenantry.rbac_remove_role('${acme.id}', 'mine')`],
  'invitations.create': [
    'owner',
    `select tenantry.rbac_invite('${acme.id}', 'new@example.com', 'viewer', '${token}', interval '1 day')`,
  ],
  'invitations.resend': [
    'owner',
    `select tenantry.rbac_resend_invitation('${acme.id}', '${invited.id}', '${token}', interval '1 day')`,
  ],
  'invitations.revoke': [
    'owner',
    `select tenantry.rbac_revoke_invitation('${acme.id}', '${invited.id}')`,
  ],
  'invitations.list': ['owner', `select tenantry.rbac_invitations('${acme.id}', null, null, 51)`],
  'invitations.find': ['system', `select tenantry.rbac_find_invitation('${hash}')`],
  'invitations.accept': [
    'system',
    `select tenantry.rbac_accept_invitation('${hash}', 'guest@example.com', '${guest}')`,
  ],
  'keys.create': [
    'owner',
    `select tenantry.rbac_make_api_key('CI', '{projects:read}', null, '${token}', 'hint')`,
  ],
  'keys.rotate': [
    'owner',
    `select tenantry.rbac_rotate_api_key('${key.id}', '${token}', 'hint', 60)`,
  ],
  'keys.revoke': ['owner', `select tenantry.rbac_revoke_api_key('${key.id}')`],
  'keys.list': ['owner', `select tenantry.rbac_api_keys('${acme.id}', null, null, null, 51)`],
  'a key that is checked': ['member', `select tenantry.rbac_check_api_key('${keyHash}')`],
  'the entry of a key': ['member', `select tenantry.enter('id', '${acme.id}', '${key.id}', null)`],
  'keys revoke': ['system', `select tenantry.rbac_end_api_key('${key.id}', null)`],
  drift: ['system', 'select tenantry.rbac_definition()'],
  'members of changed roles, when there are none': [
    'system',
    'select tenantry.rbac_refresh(null, 100)',
  ],
  'a resource that ends': ['owner', `delete from projects where id = '${project}'`],
  'a policy that asks': ['member', `select count(*) from projects where id <> '${spare}'`],
};

interface Plan {
  readonly Plan: Readonly<Record<string, number>>;
}

/** Blocks that a statement reads, with everything that it calls; the least of three runs. */
async function blocks(client: pg.Client, who: string, sql: string): Promise<number> {
  const counts: number[] = [];
  for (let run = 0; run < 3; run++) {
    await client.query('begin');
    await client.query(
      `select set_config('role', $1, true), set_config($2, $3, true), set_config('app.actor', $4, true)`,
      [
        who === 'system' ? tenancy.roles.system : tenancy.roles.app,
        tenancy.setting,
        // an entry is answered where no tenant is yet
        who === 'system' || /tenantry\.enter\(/.test(sql) ? '' : acme.id,
        who === 'system' ? '' : JSON.stringify({ user: who === 'owner' ? acme.owner : member }),
      ],
    );
    if (!sql.includes('transfer_ownership')) await client.query('set constraints all immediate');
    const { rows } = await client.query(`explain (analyze, buffers, format json) ${sql}`);
    const plan = (rows[0]['QUERY PLAN'] as Plan[])[0]?.Plan ?? {};
    counts.push((plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0));
    await client.query('rollback');
  }
  return Math.min(...counts);
}

async function measure(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  await ask('vacuum analyze');
  for (const [name, [who, sql]] of Object.entries(statements)) {
    found[name] = await withClient(world.url, (client) => blocks(client, who, sql));
  }
  return found;
}

test('no statement reads more when other tenants have ten times the rows', {
  timeout: 300_000,
}, async () => {
  await fill(60);
  const small = await measure();
  await fill(600);
  const large = await measure();
  // an index may have become a level deeper, for each look-up
  const grown = Object.entries(large).filter(
    ([name, count]) => count > 1.5 * (small[name] as number) + 12,
  );
  expect(Object.fromEntries(grown.map(([name, count]) => [name, [small[name], count]]))).toEqual(
    {},
  );
});

/** What is about all tenants, so that it reads what they have. */
const ofAll: Readonly<Record<string, string>> = {
  rbac_forget_invitations: 'once a day: every invitation, in batches',
  rbac_overdue: 'doctor: every invitation until 1000 are found',
  rbac_sync: 'a migration; what it derives anew has its test in definition-change',
};

test('every call of the package is measured here', () => {
  const folder = fileURLToPath(new URL('../src/', import.meta.url));
  const called = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('sql'))
    .flatMap((file) => [
      ...readFileSync(folder + file, 'utf8').matchAll(
        /select tenantry\.([a-z_]+)\(|'((?:rbac|my)_[a-z_]+)'/g,
      ),
    ])
    .map(([, named, called = '']) => named ?? called);
  expect(called.length).toBeGreaterThan(20);
  const measured = Object.values(statements).join(' ');
  expect(
    called.filter((name) => !measured.includes(`tenantry.${name}(`) && !(name in ofAll)),
  ).toEqual([]);
});

test('a page of invitations costs the same wherever it is, and a thousand members no square', {
  timeout: 300_000,
}, async () => {
  const invitations = (count: number) =>
    ask(
      `insert into invitations (organization_id, email, role_id, token_hash, expires_at, created_at)
       select $1, gen_random_uuid() || '@example.com', r.id, 'x', now() + interval '1 day', now() + i * interval '1 ms'
       from generate_series(1, ${count}) i, built_in_roles r where r.key = 'viewer'`,
      [acme.id],
    );
  const page = (from: string) =>
    withClient(world.url, (client) =>
      blocks(client, 'owner', `select tenantry.rbac_invitations('${acme.id}', ${from}, 51)`),
    );
  await invitations(300);
  await ask('vacuum analyze');
  const first = await page('null, null');
  await invitations(3000);
  await ask('vacuum analyze');
  // asked apart: to find it reads every invitation, which is none of the page's work
  const [{ at } = { at: '' }] = await ask<{ at: string }>(
    `select (max(created_at) - interval '1 second')::text as at from invitations`,
  );
  const later = `'${at}', null`;
  for (const found of [await page('null, null'), await page(later)]) {
    expect(found).toBeLessThanOrEqual(1.5 * first + 40);
  }

  // what is read to derive members, by how many come in one statement
  const join = async (count: number) => {
    const ids = await ask<{ id: string }>(
      `insert into users (email) select gen_random_uuid() || '@example.com' from generate_series(1, ${count}) returning id`,
    );
    return withClient(world.url, (client) =>
      blocks(
        client,
        'system',
        `insert into memberships (organization_id, user_id) select '${acme.id}', unnest('{${ids.map(({ id }) => id).join(',')}}'::uuid[])`,
      ),
    );
  };
  const hundred = await join(100);
  expect(await join(1000)).toBeLessThan(15 * hundred);
});
