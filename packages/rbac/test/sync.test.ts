import { defineRbac } from '@tenantry/rbac';
import { runCommand } from 'tenantry';
import { expect, test } from 'vitest';
import { rbac, rbacWorld, tenancy } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask } = world;

test('what migrations have written is what code says', async () => {
  expect(await rbac.drift(pool)).toEqual([]);
});

const smaller = defineRbac(tenancy, {
  permissions: { projects: ['read', 'create'], reports: ['read'] },
  roles: {
    viewer: ['projects:read'],
    reporter: ['viewer', 'reports:*'],
    owner: ['*'],
  },
  descriptions: { 'reports:read': 'Read reports' },
});

test('another definition is told apart, synchronised once, and back again', async () => {
  const acme = await world.organization();
  const member = await world.member(acme.id, 'member');
  await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'payer', name: 'Payer', permissions: ['billing:manage'] }),
  );
  const found = await smaller.drift(pool);
  expect(found.map(({ kind, what, key }) => `${kind} ${what} ${key}`)).toEqual([
    'missing permission reports:read',
    'unknown permission billing:manage',
    'unknown permission members:invite',
    'unknown permission members:remove',
    'unknown permission projects:delete',
    'unknown permission projects:update',
    'unknown permission roles:manage',
    'missing role reporter',
    'unknown role admin',
    'unknown role editor',
    'unknown role member',
  ]);
  await smaller.sync(pool);
  // a role that somebody has stays, without rights of its own; what a tenant grants of nothing is told
  expect((await smaller.drift(pool)).map(({ found }) => found)).toEqual([
    'The database has a role member, which code does not.',
    'Roles of tenants grant billing:manage, which the definition does not have: it allows nothing.',
  ]);
  await as(member, acme.id, () => expect(rbac.snapshot().permissions).toEqual([]));
  await as(acme.owner, acme.id, () =>
    expect(rbac.snapshot().permissions).toEqual([
      'projects:create',
      'projects:read',
      'reports:read',
    ]),
  );
  const before =
    await ask(`select xmin from built_in_roles union all select xmin from built_in_role_permissions
    union all select xmin from permissions`);
  await smaller.sync(pool);
  expect(
    await ask(`select xmin from built_in_roles union all select xmin from built_in_role_permissions
    union all select xmin from permissions`),
  ).toEqual(before);

  await rbac.sync(pool);
  expect(await rbac.drift(pool)).toEqual([]);
  await as(member, acme.id, () =>
    expect(rbac.snapshot().permissions).toEqual(['projects:create', 'projects:read']),
  );
});

test('a member who joins while the definition changes gets the new one', async () => {
  for (let round = 0; round < 5; round++) {
    const [made] = await Promise.all([
      world.organization(),
      (round % 2 === 0 ? smaller : rbac).sync(pool),
      world.organization(),
    ]);
    const expected = round % 2 === 0 ? 'reports:read' : 'billing:manage';
    await as(made.owner, made.id, () =>
      expect(rbac.snapshot().permissions).toContain(expected as never),
    );
  }
  await rbac.sync(pool);
});

test('the command line says what differs', async () => {
  const database = { systemUrl: world.logins.system };
  const run = (definition: typeof rbac | typeof smaller, ...argv: string[]) =>
    runCommand({ tenancy, features: [definition], database }, ['rbac', ...argv]);
  expect(await run(rbac, 'drift')).toMatchObject({ code: 0 });
  expect(await run(smaller, 'drift')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('missing: The database lacks the role reporter.'),
  });
  expect(JSON.parse((await run(smaller, 'drift', '--json')).stdout)).toContainEqual(
    expect.objectContaining({ kind: 'missing', what: 'role', key: 'reporter' }),
  );
  expect(await run(rbac, 'sync')).toMatchObject({ code: 0 });
  expect(await run(rbac, 'drift', '--x')).toMatchObject({ code: 2 });
});
