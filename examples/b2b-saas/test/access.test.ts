import { TenantryError } from '@tenantry/core';
import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { rootDomain } from '../src/demo/world.ts';
import { signToken } from '../src/session.ts';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const send = asAda(stage);

it('answers everything that is not a success with problem+json', async () => {
  const response = await fetch(`http://127.0.0.1:${stage.port}/api/projects`);
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  const page = await fetch(`http://127.0.0.1:${stage.port}/nothing/here`);
  expect(page.status).toBe(404);
  expect(page.headers.get('content-type')).toBe('application/problem+json');
});

it.each([
  ['of another secret', () => signToken('somebody', 'another secret, also long enough for it')],
  ['of no algorithm', () => `${base64({ alg: 'none' })}.${base64({ sub: 'somebody' })}.`],
  ['that is no token', () => 'let-me-in'],
])('refuses a token %s with 401', async (_, make) => {
  expect((await send('GET /api/projects', { token: await make() })).status).toBe(401);
});

it('refuses a token that has expired, never expires, or is signed in another way', async () => {
  const secret = 'the secret of one application only';
  const { app, asToken } = appOf(secret);
  const sign = (alg: string, expires?: string) => {
    const token = new SignJWT().setProtectedHeader({ alg }).setSubject('me').setIssuer('b2b-saas');
    if (expires !== undefined) token.setExpirationTime(expires);
    return token.sign(new TextEncoder().encode(secret));
  };
  for (const bad of [sign('HS256', '-1 minute'), sign('HS256'), sign('HS512', '1 hour')]) {
    expect((await app.request('/api/projects', asToken(await bad))).status).toBe(401);
  }
  // the same request with a good token comes as far as the missing organization
  const good = await sign('HS256', '1 hour');
  expect((await app.request('/api/projects', asToken(good))).status).toBe(400);
});

it('does not start with a secret that can be guessed', () => {
  expect(() => appOf('short')).toThrow('32');
});

it('gives a stranger and a made-up organization the same 404, on every route', async () => {
  for (const path of ['/api/projects', '/api/members', '/api/organization'] as const) {
    const foreign = await send(`GET ${path}`, { as: 'bob' });
    const unknown = await send(`GET ${path}`, { organization: 'nobody-is-here' });
    expect(foreign.status).toBe(404);
    expect(unknown.text).toBe(foreign.text);
  }
});

it('takes the organization from the subdomain too', async () => {
  const { json } = await stage.send('GET /api/organization', {
    as: 'ada',
    host: `acme.${rootDomain}:3000`,
  });
  expect(json).toMatchObject({ slug: 'acme' });
});

it('tells the audit log from where and by which request a change came', async () => {
  const { status } = await send('POST /api/projects', {
    as: 'ada',
    headers: { 'x-request-id': 'request-7' },
    body: { name: 'Traced' },
  });
  expect(status).toBe(201);
  const entries = await stage.ask(
    `select distinct host(ip_address) as ip, request_id from audit_logs where metadata ->> 'name' = 'Traced'`,
  );
  expect(entries).toEqual([{ ip: '127.0.0.1', request_id: 'request-7' }]);
});

/** An application whose database is never reached. */
function appOf(secret: string) {
  const unreachable = new Proxy({}, { get: () => undefined }) as never;
  const pool = {
    tenancy: { parseId: (value: unknown) => value },
    enter: () => Promise.reject(new TenantryError('POOL_UNAVAILABLE')),
  } as never;
  const app = createApp({
    pool,
    db: unreachable,
    secret,
    rootDomain,
    mailer: { sendInvitation: async () => {} },
    invitationUrl: (token) => token,
  });
  const asToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  return { app, asToken };
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
