import type { TenantPool } from '@tenantry/core';
import { createTenantNext, type TenantRoute } from '@tenantry/core/next';
import { header } from '@tenantry/core/resolvers';
import { enterOf, queryOf, tenantHeader, userHeader, verifyOf, type Way } from '../ways.ts';
import { handedOver } from './handover.ts';

// the route of the application that `next build` makes of this file: app/projects/[id]/route.js

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

function routeOf(pool: TenantPool, way: Way): TenantRoute<Context> {
  const query = queryOf(pool);
  const enter = enterOf(pool, way);
  if (enter !== undefined) {
    return async ({ headers }, { params }) => {
      const organization = headers.get(tenantHeader) as string;
      const user = headers.get(userHeader) as string;
      return Response.json(await enter(organization, user, (await params).id));
    };
  }
  const { withTenant } = createTenantNext(pool, {
    resolve: header(tenantHeader),
    user: ({ headers }) => headers.get(userHeader),
    verify: verifyOf(way),
  });
  return withTenant<Context>(async (_request, { params }) =>
    Response.json(await query((await params).id)),
  );
}

let route: TenantRoute<Context> | undefined;

export const GET: TenantRoute<Context> = (request, context) => {
  // not when the module is loaded: `next build` loads it too
  route ??= routeOf(...handedOver());
  return route(request, context);
};
