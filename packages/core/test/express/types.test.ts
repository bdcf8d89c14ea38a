import { guard, type tenantMiddleware } from '@tenantry/core/express';
import express, { type Request } from 'express';
import { expect, expectTypeOf, test } from 'vitest';
import type { Guard } from '../../src/adapter/index.ts';

const open: Guard = { requires: 'nothing', check: async () => undefined };

test('behind a guard a handler has the parameters of its path', () => {
  const app = express();
  app.patch('/projects/:id', guard(open), (request, response) => {
    expectTypeOf(request.params).toEqualTypeOf<{ id: string }>();
    takes(request);
    response.end();
  });
  app.get('/projects/:id/*rest', guard(open), guard(open), (request) => {
    expectTypeOf(request.params.rest).toEqualTypeOf<string[]>();
  });
  expect(app.router.stack).toHaveLength(2);
});

test('the middleware takes the request that its type names', () => {
  type Middleware = typeof tenantMiddleware<Request<{ slug: string }>>;
  type Users = Extract<Parameters<Middleware>[1], { user: unknown }>['user'];
  type User = Extract<Users, (...args: never) => unknown>;
  expectTypeOf<Parameters<User>[0]['params']>().toEqualTypeOf<{ slug: string }>();
});

const takes = (request: Request<{ id: string }>) => request.params.id;
