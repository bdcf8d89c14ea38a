import { randomUUID } from 'node:crypto';
import { guard, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { createPermissionCache } from '@tenantry/rbac';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const cache = createPermissionCache(rbac, world.pool);
const app = new Hono();
app.use(
  '*',
  tenantMiddleware(world.pool, {
    resolve: header('x-organization'),
    user: (c) => c.req.header('x-user') ?? null,
  }),
);
app.onError((_, c) => c.text('', 500)); // Hono would print what the middleware answers
app.post('/projects', guard(rbac.requires('projects:create')), (c) => c.text('made'));
app.patch(
  '/projects/:id',
  guard(rbac.requires('projects:update', { of: ({ param }) => param?.('id') })),
  (c) => c.text('changed'),
);
app.patch(
  '/notes/:project',
  guard(
    rbac.requires('roles:manage', { of: ({ param }) => param?.('project'), resource: 'projects' }),
  ),
  (c) => c.text('changed'),
);
app.get('/cached', guard(rbac.requires('projects:read')), async (c) => {
  const organizationId = c.req.header('x-organization') ?? '';
  const user = c.req.header('x-user') ?? '';
  return c.json(await cache.can({ organizationId, user }, 'projects:create'));
});

const acme = await world.organization();
const send = async (method: string, path: string, user: string) =>
  app.request(path, { method, headers: { 'x-organization': acme.id, 'x-user': user } });

test('a request passes with the permission, and is told what it lacks without', async () => {
  expect((await send('POST', '/projects', acme.owner)).status).toBe(200);
  const refused = await send('POST', '/projects', await world.member(acme.id, 'viewer'));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    code: 'PERMISSION_DENIED',
    permission: 'projects:create',
    role: 'member',
    detail: 'permission projects:create is missing.',
  });
  expect((await send('POST', '/projects', await world.user())).status).toBe(404);
});

test('a role for one resource lets requests for that resource through', async () => {
  const [one, other] = [randomUUID(), randomUUID()];
  const user = await world.member(acme.id);
  await world.ask('insert into projects (organization_id, id, name) values ($1, $2, $3)', [
    acme.id,
    one,
    'One',
  ]);
  await world.asSystem(() =>
    rbac.members.assign(world.pool, {
      organizationId: acme.id,
      user,
      role: 'admin',
      on: { type: 'projects', id: one },
    }),
  );
  const statuses = await Promise.all(
    [`/projects/${one}`, `/projects/${other}`, `/notes/${one}`, `/notes/${other}`].map(
      async (path) => (await send('PATCH', path, user)).status,
    ),
  );
  expect(statuses).toEqual([200, 403, 200, 403]);
});

test('a cache on the same pool answers inside of a guarded request', async () => {
  expect(await (await send('GET', '/cached', acme.owner)).json()).toBe(true);
  const viewer = await world.member(acme.id, 'viewer');
  expect(await (await send('GET', '/cached', viewer)).json()).toBe(false);
});

test('a guard names what it requires, and a permission that there is not is no guard', () => {
  expect(rbac.requires('projects:create').requires).toBe('permission projects:create');
  // @ts-expect-error: the definition does not have it
  expect(() => rbac.requires('projects:fly')).toThrow('PERMISSION_UNKNOWN');
});
