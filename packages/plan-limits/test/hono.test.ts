import { guard, problemResponse, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();
const { pool } = database;

const app = new Hono();
app.onError((error) => problemResponse(error));
app.use('/api/*', tenantMiddleware(pool, { resolve: header('x-organization'), access: 'public' }));
app.get(
  '/api/calls',
  guard(
    limits.consumes('apiCalls', { amount: (request) => Number(request.header('x-amount') ?? 1) }),
  ),
  (c) => c.text('done'),
);
app.get('/api/credits', guard(limits.consumes('credits')), (c) => c.text('done'));
app.get('/api/saml', guard(limits.requires('sso')), (c) => c.text('done'));
app.post('/api/projects', async (c) => {
  await pool.query(
    "insert into projects (name) select 'p' from generate_series(1, 11) returning organization_id",
  );
  return c.text('made', 201);
});

const get = (organization: string, path: string, headers: Record<string, string> = {}) =>
  app.request(path, { headers: { 'x-organization': organization, ...headers } });

test('a counted request says what is left, and is a 429 with the standard headers at the limit', async () => {
  const acme = await database.organization();
  const first = await get(acme, '/api/calls');
  expect(first.status).toBe(200);
  expect(first.headers.get('ratelimit')).toMatch(/^"apiCalls";r=99;t=\d+$/);
  expect(first.headers.get('ratelimit-policy')).toMatch(/^"apiCalls";q=100;w=\d+$/);
  await get(acme, '/api/calls', { 'x-amount': '99' });
  const refused = await get(acme, '/api/calls');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('ratelimit')).toMatch(/^"apiCalls";r=0;t=\d+$/);
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(31 * 86_400);
  expect(await refused.json()).toMatchObject({
    code: 'LIMIT_REACHED',
    status: 429,
    feature: 'apiCalls',
    used: 100,
    limit: 100,
    plan: 'free',
    resetsAt: expect.any(String),
  });
});

test('what a client sends does not decide what counts: the work that runs does', async () => {
  const acme = await database.organization();
  for (const left of [99, 98, 97]) {
    const answer = await get(acme, '/api/calls', {
      'idempotency-key': 'a',
      'x-request-id': 'a',
      'x-idempotency-key': 'a',
    });
    expect(await answer.text()).toBe('done');
    expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"apiCalls";r=${left};`));
  }
});

test('a counter that never resets has no rate and is a 403', async () => {
  const acme = await database.organization('free');
  expect((await get(acme, '/api/credits')).headers.get('ratelimit')).toBeNull();
  await database.in(acme, () => limits.consume(pool, 'credits', 49));
  const refused = await get(acme, '/api/credits');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([403, null]);
});

test('a live count and a flag are a 403 with what the page needs', async () => {
  const acme = await database.organization();
  const refused = await app.request('/api/projects', {
    method: 'POST',
    headers: { 'x-organization': acme },
  });
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({
    code: 'LIMIT_REACHED',
    feature: 'projects',
    requested: 11,
    limit: 10,
  });
  expect((await get(acme, '/api/saml')).status).toBe(403);
  await database.ask("update organizations set plan = 'pro' where id = $1", [acme]);
  expect((await get(acme, '/api/saml')).status).toBe(200);
});
