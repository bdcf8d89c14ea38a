import { AsyncResource } from 'node:async_hooks';
import { TenantryError } from '@tenantry/core';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { expect, test } from 'vitest';
import { requires, router, tenantProcedure } from '../src/trpc.ts';
import { frameworkWorld, resolve } from './world.ts';

const { pool, names, asAda, asBob, asStranger } = await frameworkWorld();

const procedure = tenantProcedure(pool, {
  resolve,
  user: (request) => request.headers.get('x-user'),
});
const refusing = {
  requires: 'luck',
  check: () => Promise.reject(new TenantryError('ROW_FORBIDDEN')),
};
const kept: (() => Promise<unknown>)[] = [];
const app = router({
  projects: procedure.query(() => names()),
  guarded: procedure.use(requires(refusing)).query(() => names()),
  forgets: procedure.query(() => {
    pool.query('select pg_sleep(60)').catch(() => {});
    return 'done';
  }),
  fails: procedure.query(() => {
    const forgotten = pool.query('select pg_sleep(60)');
    forgotten.catch(() => {});
    kept.push(() => forgotten, AsyncResource.bind(names));
    throw new Error('a secret of the application');
  }),
});

const call = async (path: string, headers: Record<string, string>) => {
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    req: new Request(`http://localhost/trpc/${path}`, { headers }),
    router: app,
    createContext: ({ req }) => ({ request: req }),
    onError: () => {},
  });
  return { status: response.status, body: await response.json() };
};

test('a procedure runs in the scope of the tenant', async () => {
  expect(await call('projects', asAda)).toEqual({
    status: 200,
    body: { result: { data: ['Anvil', 'Rocket'] } },
  });
  expect((await call('projects', asBob)).body).toEqual({ result: { data: ['Reactor'] } });
});

test('each call of a batch has a scope of its own', async () => {
  const { status, body } = await call('projects,fails,projects?batch=1&input={}', asAda);
  expect(status).toBe(207);
  expect(body).toMatchObject([
    { result: { data: ['Anvil', 'Rocket'] } },
    { error: { data: { httpStatus: 500 } } },
    { result: { data: ['Anvil', 'Rocket'] } },
  ]);
});

test.each([
  ['projects', asStranger, 404, 'TENANT_NOT_FOUND'],
  ['projects', { 'x-tenant': 'acme' }, 401, 'NOT_AUTHENTICATED'],
  ['projects', {}, 400, 'TENANT_CLAIM_MISSING'],
  ['guarded', asAda, 403, 'ROW_FORBIDDEN'],
  ['forgets', asAda, 500, 'The server failed to answer this call'],
])('%s answers a refusal with its status: %#', async (path, headers, status, message) => {
  const answer = await call(path, headers as Record<string, string>);
  expect(answer).toMatchObject({ status, body: { error: { message } } });
});

test('a call that failed ends its scope as failed', async () => {
  kept.length = 0;
  expect((await call('fails', asAda)).status).toBe(500);
  const codes = await Promise.all(kept.map((each) => each().catch((error) => error.code)));
  expect(codes).toEqual(['TENANT_SCOPE_ENDED', 'TENANT_SCOPE_ENDED']);
});
