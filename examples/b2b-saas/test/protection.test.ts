import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createApp, type HttpOptions } from '../src/app.ts';
import { rootDomain } from '../src/demo/world.ts';
import { clientAddress } from '../src/http/client-address.ts';
import type { RequestLine } from '../src/http/request-log.ts';
import { signToken } from '../src/session.ts';

const secret = 'the secret of one application only';

/** An application whose database is never reached. */
const appWith = (http: HttpOptions) =>
  createApp({
    pool: { tenancy: { parseId: (value: unknown) => value }, enter: () => {} } as never,
    db: {} as never,
    secret,
    rootDomain,
    mailer: { sendInvitation: async () => {} },
    invitationUrl: (token) => token,
    http,
  });

const bearer = async (user: string) => ({
  authorization: `Bearer ${await signToken(user, secret)}`,
});

describe('a body that is too large', () => {
  const app = appWith({ maxBodyBytes: 100 });
  const send = async (body: RequestInit['body'], headers = {}) =>
    app.request('/account/organizations', {
      method: 'POST',
      headers: { ...(await bearer('ada')), 'content-type': 'application/json', ...headers },
      body: body as NonNullable<RequestInit['body']>,
      duplex: 'half',
    } as RequestInit);

  it.each([
    ['that says its length', () => send('x'.repeat(101), { 'content-length': '101' })],
    ['that is streamed', () => send(new Blob(['x'.repeat(60), 'x'.repeat(60)]).stream())],
  ])('is refused with 413, one %s', async (_, sendIt) => {
    const answer = await sendIt();
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE', status: 413 });
  });

  it('is not one of the largest size', async () => {
    expect((await send('x'.repeat(100))).status).toBe(400); // no JSON
  });
});

it('limits the requests of a user in a minute, and of no other', async () => {
  const app = appWith({ requestsPerMinute: 2 });
  const ask = async (user: string) => app.request('/api/projects', { headers: await bearer(user) });
  expect([(await ask('ada')).status, (await ask('ada')).status]).toEqual([400, 400]);
  const refused = await ask('ada');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  expect((await ask('bob')).status).toBe(400);
});

it('limits the requests of an address whose tokens are no good', async () => {
  const app = appWith({ requestsPerMinute: 1, trustedProxies: 1 });
  const ask = async (address: string) =>
    (await app.request('/api/projects', { headers: { 'x-forwarded-for': address } })).status;
  const statuses = await Promise.all(Array.from({ length: 12 }, () => ask('192.0.2.1')));
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  expect(await ask('192.0.2.2')).toBe(401);
});

describe('pages of other origins', () => {
  const app = appWith({ allowedOrigins: ['https://app.example.com'] });
  const preflight = (origin: string) =>
    app.request('/api/projects', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('may call the API when they are named', async () => {
    const { headers } = await preflight('https://app.example.com');
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });

  it.each(['https://evil.example', 'https://app.example.com.evil.example', 'null'])(
    'may not when they are %s',
    async (origin) => {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

it('sends its security headers with refusals too', async () => {
  for (const path of ['/health/live', '/api/projects', '/nothing']) {
    const { headers } = await appWith({}).request(path);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]+$/);
  }
});

describe('the request log', () => {
  it('has a line for each request, and no token, query or body in it', async () => {
    const lines: RequestLine[] = [];
    const app = appWith({ log: (line) => lines.push(line) });
    const headers = { ...(await bearer('ada')), 'x-request-id': 'mine-1' };
    await app.request('/api/projects?after=private', { headers });
    await app.request('/account/invitations/a-secret-token', { headers });
    expect(lines).toMatchObject([
      { requestId: 'mine-1', method: 'GET', path: '/api/projects', status: 400, userId: 'ada' },
      { path: '/account/invitations/…' },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/private|a-secret-token|Bearer/);
  });
});

it('says whether it takes requests', async () => {
  expect((await appWith({}).request('/health/live')).status).toBe(200);
  const draining = await appWith({ isDraining: () => true }).request('/health/ready');
  expect(draining.status).toBe(503);
  expect(await draining.json()).toMatchObject({ code: 'SHUTTING_DOWN' });
});

it.each([
  [0, 'forged', undefined],
  [1, 'forged, 192.0.2.7', '192.0.2.7'],
  [2, 'forged, 192.0.2.7, 10.0.0.1', '192.0.2.7'],
  [2, '192.0.2.7', undefined],
  [1, '', undefined],
])('behind %i proxies reads the address of %j as %j', async (proxies, header, address) => {
  const app = new Hono().get('/', (c) => c.json({ address: clientAddress(c, proxies) }));
  const answer = await app.request('/', { headers: { 'x-forwarded-for': header } });
  expect(await answer.json()).toEqual(address === undefined ? {} : { address });
});
