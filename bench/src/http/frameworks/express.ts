import { createServer } from 'node:http';
import { tenantMiddleware } from '@tenantry/core/express';
import { header } from '@tenantry/core/resolvers';
import express from 'express';
import type { Framework } from '../framework.ts';
import { enterOf, queryOf, tenantHeader, userHeader, verifyOf } from '../ways.ts';

export const expressFramework: Framework = (pool, way) => {
  const app = express();
  const query = queryOf(pool);
  const enter = enterOf(pool, way);
  if (enter === undefined) {
    app.use(
      '/projects',
      tenantMiddleware(pool, {
        resolve: header(tenantHeader),
        user: (request) => request.headers[userHeader] as string,
        verify: verifyOf(way),
      }),
    );
    app.get('/projects/:id', async (request, response) => {
      response.json(await query(request.params.id));
    });
  } else {
    app.get('/projects/:id', async ({ headers, params }, response) => {
      const organization = headers[tenantHeader] as string;
      response.json(await enter(organization, headers[userHeader] as string, params.id));
    });
  }
  return createServer(app);
};
