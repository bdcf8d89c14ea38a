import cors from '@fastify/cors';
import { describe, expect, test } from 'vitest';
import { sendProblem, tenantPlugin, tenantryErrorOf } from '../../src/fastify/index.ts';
import { TenantryError } from '../../src/index.ts';
import { tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';
import { ask, bare, codeOf, type Given, inAcme, options, world } from './app.ts';

const { application, forget, logged, logger, names, pool } = await world();

describe('errors', () => {
  const failing = (given: Given = {}) => {
    const app = application(given);
    app.get('/own', async () => {
      throw new Error('own');
    });
    app.get('/tenantry', async () => {
      throw new TenantryError('ROW_FORBIDDEN', { headers: { 'retry-after': '7' } });
    });
    app.get('/nested', () => tenancy.run('00000000-0000-4000-8000-00000000dead', () => 'never'));
    app.get('/forgets', async () => {
      void forget();
      return 'done';
    });
    app.get('/sent', (_, reply) => {
      reply.send(new TenantryError('ROW_EXISTS'));
    });
    app.post(
      '/body',
      { schema: { body: { type: 'object', required: ['name'] } } },
      async () => 'ok',
    );
    return app;
  };

  test('of Tenantry are problem+json, others are those of Fastify', async () => {
    const app = failing();
    const own = await ask(app, '/own');
    expect([own.status, own.headers['content-type']]).toEqual([
      500,
      'application/json; charset=utf-8',
    ]);
    const forbidden = await ask(app, '/tenantry');
    expect([forbidden.status, codeOf(forbidden), forbidden.headers['retry-after']]).toEqual([
      403,
      'ROW_FORBIDDEN',
      '7',
    ]);
    expect(codeOf(await ask(app, '/nested'))).toBe('TENANT_SWITCH_REFUSED');
    expect((await ask(app, '/sent')).status).toBe(409);
    // the framework has seen and logged the errors of handlers
    expect(logged).toEqual([]);
  });

  test('leave error handlers of the application what is theirs', async () => {
    const app = failing();
    const seen: unknown[] = [];
    app.setErrorHandler((error, _, reply) => {
      seen.push((error as { code?: string }).code ?? (error as Error).message);
      reply.code(418).header('etag', 'x').send({ mine: true });
    });
    app.register(async (child) => {
      child.setErrorHandler(async () => 'of the child');
      child.get('/child/own', async () => {
        throw new Error('own');
      });
      child.get('/child/tenantry', async () => {
        throw new TenantryError('ROW_FORBIDDEN');
      });
    });
    const own = await ask(app, '/own');
    expect([own.status, own.body]).toEqual([418, '{"mine":true}']);
    expect((await ask(app, '/child/own')).body).toBe('of the child');
    const forbidden = await ask(app, '/tenantry');
    expect([forbidden.status, forbidden.headers.etag]).toEqual([403, undefined]);
    expect(codeOf(await ask(app, '/child/tenantry'))).toBe('ROW_FORBIDDEN');
    // the gate answers refusals itself
    expect(codeOf(await ask(app, '/own', { headers: {} }))).toBe('TENANT_CLAIM_MISSING');
    expect(seen).toEqual(['own', 'ROW_FORBIDDEN']);
  });

  test("with errors: 'throw', the error handler gets all of them, each once", async () => {
    const app = failing({ errors: 'throw', timeoutMs: 60_000 });
    const seen: unknown[] = [];
    app.setErrorHandler((error, _, reply) => {
      const known = tenantryErrorOf(error);
      if (known === undefined) return reply.send(error);
      seen.push(known.code);
      return known.code === 'ROW_EXISTS'
        ? reply.code(418).send('mine')
        : sendProblem(reply.header('etag', 'x'), known);
    });
    expect((await ask(app, '/sent')).body).toBe('mine');
    expect((await ask(app, '/own')).status).toBe(500);
    expect((await ask(app, '/tenantry')).headers.etag).toBeUndefined();
    expect(codeOf(await ask(app, '/forgets'))).toBe('SCOPE_WORK_UNFINISHED');
    expect(codeOf(await ask(app, '/forgets', { headers: {} }))).toBe('TENANT_CLAIM_MISSING');
    expect(seen).toEqual([
      'ROW_EXISTS',
      'ROW_FORBIDDEN',
      'SCOPE_WORK_UNFINISHED',
      'TENANT_CLAIM_MISSING',
    ]);
    expect(logged).toEqual([]);
  });

  test('of a bad request are those of Fastify, and end the scope', async () => {
    const app = failing();
    const post = (headers: Record<string, string>, body: string) =>
      ask(app, '/body', { method: 'POST', headers: { ...inAcme, ...headers }, body });
    const json = { 'content-type': 'application/json' };
    expect((await post(json, '{"name":1}')).status).toBe(200);
    expect((await post(json, '{}')).body).toContain("must have required property 'name'");
    expect((await post(json, '{')).status).toBe(400);
    expect((await post({ 'content-type': 'text/none' }, 'x')).status).toBe(415);
    expect((await post(json, `"${'x'.repeat(1 << 21)}"`)).status).toBe(413);
    // refused before the body is looked at
    expect((await post({ ...json, 'x-organization': 'nobody' }, '{')).status).toBe(404);
    // light-my-request sends what an honest client cannot
    const injected = await app.inject({
      method: 'POST',
      url: '/body',
      headers: { ...inAcme, ...json, 'content-length': '7' },
      payload: '{}',
    });
    expect([injected.statusCode, injected.json().code]).toEqual([
      400,
      'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    ]);
  });

  test.each([[{}], [{ timeoutMs: 60_000 }]])(
    'of other onSend hooks, before and after the end of the scope, are a 500, with %o',
    async (given) => {
      const app = bare();
      const scopes: unknown[] = [];
      app.addHook('onSend', async (request, _, payload) => {
        if (request.url === '/before') throw new Error('before');
        return payload;
      });
      await app.register(tenantPlugin(pool, { ...options, logger, ...given }));
      app.addHook('onSend', async (request, _, payload) => {
        if (request.url === '/after') throw new Error('after');
        scopes.push((await failure(names())).code);
        return payload;
      });
      for (const path of ['/before', '/after', '/neither']) app.get(path, names);
      for (const path of ['/before', '/after']) {
        const answer = await ask(app, path);
        expect([answer.status, JSON.parse(answer.body).message]).toEqual([500, path.slice(1)]);
      }
      scopes.length = 0;
      expect((await ask(app, '/neither')).status).toBe(200);
      expect(scopes).toEqual(['TENANT_SCOPE_ENDED']);
    },
  );

  test('that are not errors arrive as Fastify has them', async () => {
    const app = application();
    app.get('/', () => {
      throw { statusCode: 418, message: 'a teapot' };
    });
    app.get('/undefined', async () => {
      throw undefined;
    });
    expect((await ask(app, '/')).status).toBe(418);
    expect((await ask(app, '/undefined')).status).toBe(500);
  });
});

test('a preflight is answered by CORS before the gate; 404s are behind it', async () => {
  const app = bare();
  await app.register(cors, { origin: 'https://acme.app' });
  app.register(tenantPlugin(pool, { ...options, logger }));
  app.get('/projects', names);
  const preflight = await ask(app, '/projects', {
    method: 'OPTIONS',
    headers: { origin: 'https://acme.app', 'access-control-request-method': 'GET' },
  });
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([
    204,
    'https://acme.app',
  ]);
  const refused = await ask(app, '/projects', { headers: { origin: 'https://acme.app' } });
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([
    400,
    'https://acme.app',
  ]);
  expect((await ask(app, '/nowhere')).body).toContain('Route GET:/nowhere not found');
  expect(codeOf(await ask(app, '/nowhere', { headers: {} }))).toBe('TENANT_CLAIM_MISSING');
});
