import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { Hono } from 'hono';
import type { Framework } from '../framework.ts';
import { enterOf, queryOf, tenantHeader, userHeader, verifyOf } from '../ways.ts';

export const honoFramework: Framework = (pool, way) => {
  const app = new Hono();
  const query = queryOf(pool);
  const enter = enterOf(pool, way);
  if (enter === undefined) {
    app.use(
      '/projects/*',
      tenantMiddleware(pool, {
        resolve: header(tenantHeader),
        user: (c) => c.req.header(userHeader) as string,
        verify: verifyOf(way),
      }),
    );
    app.get('/projects/:id', async (c) => c.json((await query(c.req.param('id'))) as object));
  } else {
    app.get('/projects/:id', async (c) => {
      const organization = c.req.header(tenantHeader) as string;
      const user = c.req.header(userHeader) as string;
      return c.json((await enter(organization, user, c.req.param('id'))) as object);
    });
  }
  return createAdaptorServer({ fetch: app.fetch }) as Server;
};
