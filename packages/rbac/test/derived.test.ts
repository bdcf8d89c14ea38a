import { randomUUID } from 'node:crypto';
import { defineRbac } from '@tenantry/rbac';
import { withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { olderSnapshot, rbac, rbacWorld, tenancy } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask } = world;

/** Two connections in raw SQL; `second` begins while the transaction of `first` is open. */
async function interleaved(
  first: (client: pg.Client) => Promise<unknown>,
  second: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  await withClient(world.url, (one) =>
    withClient(world.url, async (two) => {
      await one.query('begin');
      await first(one);
      await two.query('begin');
      const waiting = second(two);
      await world.until(world.someoneWaits, 'the second waits for the first');
      await one.query('commit');
      await waiting;
      await two.query('commit');
    }),
  );
}

const permissionsOf = (organizationId: string, user: string) =>
  as(user, organizationId, () => rbac.snapshot().permissions);

test('a role that is given while it changes is given as it becomes', async () => {
  const acme = await world.organization();
  const user = await world.member(acme.id);
  const { id } = await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'busy', name: 'Busy', permissions: ['projects:read'] }),
  );
  const holder = await world.member(acme.id, 'busy');
  await interleaved(
    (client) =>
      client.query(
        `insert into role_permissions (organization_id, role_id, permission) values ($1, $2, 'billing:manage')`,
        [acme.id, id],
      ),
    (client) =>
      client.query(
        'insert into member_roles (organization_id, user_id, role_id) values ($1, $2, $3)',
        [acme.id, user, id],
      ),
  );
  expect(await permissionsOf(acme.id, holder)).toEqual(['billing:manage', 'projects:read']);
  expect(await permissionsOf(acme.id, user)).toEqual(['billing:manage', 'projects:read']);
});

test('an organization that begins while the definition changes gets the new one', async () => {
  const [id, owner] = [randomUUID(), await world.user()];
  const other = defineRbac(tenancy, {
    permissions: { projects: ['read'], reports: ['read'] },
    roles: { owner: ['*'] },
  });
  try {
    await interleaved(
      async (client) => {
        await client.query(`insert into organizations (id, name) values ($1, 'New')`, [id]);
        await client.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
          id,
          owner,
        ]);
        await client.query(
          `insert into member_roles (organization_id, user_id, role_id)
           select $1, $2, id from built_in_roles where key = 'owner'`,
          [id, owner],
        );
      },
      () => other.sync(pool),
    );
    expect(await permissionsOf(id, owner)).toEqual(['projects:read', 'reports:read']);
  } finally {
    // the tests after this one have the definition, whatever it found
    await rbac.sync(pool);
  }
});

test('a change in an older snapshot fails instead of deriving from it', async () => {
  const acme = await world.organization();
  const [one, two] = [await world.member(acme.id), await world.member(acme.id)];
  const give = (client: pg.Client, user: string) =>
    client.query(
      'insert into member_roles (organization_id, user_id, role_id) values ($1, $2, $3)',
      [acme.id, user, rbac.builtInRoleId('viewer')],
    );
  await withClient(world.url, async (client) => {
    await client.query('begin isolation level repeatable read');
    await client.query('select from memberships');
    await withClient(world.url, (other) => give(other, one));
    await expect(give(client, two)).rejects.toMatchObject({ code: olderSnapshot });
    await client.query('rollback');
  });
});

test('a thousand members in one statement are one change', async () => {
  const acme = await world.organization();
  await ask(
    `insert into users (id, email) select gen_random_uuid(), 'bulk-' || i || '@example.com' from generate_series(1, 1000) i`,
  );
  const version = async () =>
    (
      await ask<{ version: string }>(
        'select version from tenantry.rbac_versions where tenant_id = $1',
        [acme.id],
      )
    )[0]?.version;
  const before = Number(await version());
  await ask(
    `insert into memberships (organization_id, user_id) select $1, id from users where email like 'bulk-%'`,
    [acme.id],
  );
  expect(Number(await version())).toBe(before + 1);
  await ask(
    `insert into member_roles (organization_id, user_id, role_id)
     select $1, u.id, r.id from users u, built_in_roles r where u.email like 'bulk-%' and r.key = 'viewer'`,
    [acme.id],
  );
  const [row] = await ask(
    `select count(*)::int as count from tenantry.member_permissions
     where tenant_id = $1 and permissions = '{projects:read}'`,
    [acme.id],
  );
  expect(row).toEqual({ count: 1000 });
});
