import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { tenantPlugin, webhook } from '../../src/fastify/index.ts';
import { TenantryError } from '../../src/index.ts';
import { ask, bare, codeOf, inAcme, options, world } from './app.ts';

const { pool } = await world();

describe('webhook', () => {
  const application = (maxBytes?: number, lines: string[] = []) => {
    const stream = { write: (line: string) => void lines.push(line) };
    const app = bare({ logger: { level: 'error', stream } });
    app.register(tenantPlugin(pool, options));
    app.register(
      webhook(
        async (request) => {
          const text = await request.text();
          if (text === 'refuse') throw new TenantryError('ROW_FORBIDDEN');
          if (text === 'unreachable') throw new TenantryError('POOL_UNAVAILABLE');
          if (text === 'fail') throw new Error('own');
          return Response.json({ text, url: new URL(request.url).pathname }, { status: 202 });
        },
        maxBytes === undefined ? {} : { maxBytes },
      ),
      { prefix: '/webhooks/stripe' },
    );
    app.post('/json', async (request) => request.body);
    return app;
  };
  const post = (app: FastifyInstance, body: string, headers = {}) =>
    ask(app, '/webhooks/stripe', { method: 'POST', headers, body });

  test('gets the bytes that were sent, of any type and of none, without a tenant', async () => {
    const app = application();
    const spaced = '{ "a":  1 }';
    for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'a/b' }, {}]) {
      const answer = await post(app, spaced, headers);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        202,
        { text: spaced, url: '/webhooks/stripe' },
      ]);
    }
    expect(JSON.parse((await post(app, '')).body).text).toBe('');
    // the parsers of the other routes are untouched
    const json = { ...inAcme, 'content-type': 'application/json' };
    const other = await ask(app, '/json', { method: 'POST', headers: json, body: spaced });
    expect(other.body).toBe('{"a":1}');
  });

  test('answers errors of Tenantry as problem+json, a body that is too large among them', async () => {
    const app = application(10);
    expect(codeOf(await post(app, 'refuse'))).toBe('ROW_FORBIDDEN');
    expect((await post(app, 'fail')).status).toBe(500);
    const large = await post(app, 'x'.repeat(11));
    expect([large.status, codeOf(large)]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  test('logs each error whose cause the sender does not see, once', async () => {
    const lines: string[] = [];
    const app = application(undefined, lines);
    const unreachable = await post(app, 'unreachable');
    expect([unreachable.status, codeOf(unreachable)]).toEqual([503, 'POOL_UNAVAILABLE']);
    expect(lines.map((line) => JSON.parse(line).err?.code)).toEqual(['POOL_UNAVAILABLE']);
    await post(app, 'refuse');
    expect(lines).toHaveLength(1);
    await post(app, 'fail');
    expect(lines).toHaveLength(2);
  });
});
