import { tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { createRequires } from '@tenantry/rbac/hono';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const requires = createRequires(rbac);
const app = new Hono();
app.use(
  '*',
  tenantMiddleware(world.pool, {
    resolve: header('x-organization'),
    user: (c) => c.req.header('x-user') ?? null,
  }),
);
app.onError((_, c) => c.text('', 500)); // Hono would print what the middleware answers
app.post('/projects', requires('projects:create'), (c) => c.text('made'));

test('a request passes with the permission, and is told what it lacks without', async () => {
  const acme = await world.organization();
  const post = async (user: string) =>
    app.request('/projects', {
      method: 'POST',
      headers: { 'x-organization': acme.id, 'x-user': user },
    });
  expect((await post(acme.owner)).status).toBe(200);
  const refused = await post(await world.member(acme.id, 'viewer'));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    code: 'PERMISSION_DENIED',
    permission: 'projects:create',
    role: 'member',
    detail: 'permission projects:create is missing.',
  });
  expect((await post(await world.user())).status).toBe(404);
});
