import { tenantPlugin } from '@tenantry/core/fastify';
import { header } from '@tenantry/core/resolvers';
import fastify from 'fastify';
import type { Framework } from '../framework.ts';
import { enterOf, queryOf, tenantHeader, userHeader, verifyOf } from '../ways.ts';

interface Route {
  readonly Params: { readonly id: string };
}

export const fastifyFramework: Framework = async (pool, way) => {
  const app = fastify();
  const query = queryOf(pool);
  const enter = enterOf(pool, way);
  if (enter === undefined) {
    app.register(
      tenantPlugin(pool, {
        resolve: header(tenantHeader),
        user: (request) => request.headers[userHeader] as string,
        verify: verifyOf(way),
      }),
    );
    app.get<Route>('/projects/:id', (request) => query(request.params.id));
  } else {
    app.get<Route>('/projects/:id', ({ headers, params }) =>
      enter(headers[tenantHeader] as string, headers[userHeader] as string, params.id),
    );
  }
  await app.ready();
  return app.server;
};
