import { encode } from '@auth/core/jwt';
import { header } from '@tenantry/core/resolvers';
import { expect, test } from 'vitest';
import { authjs } from '../../src/authjs/authjs.ts';
import { identityWorld } from '../identity/world.ts';

const secret = 'a secret of the tests, of 32 characters';
const world = await identityWorld({
  ...authjs({ secret, secure: false }),
  resolve: header('x-organization', { by: 'slug' }),
  source: { isGenuine: () => false, read: () => undefined, readObject: () => undefined },
});
await world.rows(`
  insert into organizations (id, name, slug) values ('org_1', 'Acme', 'acme'), ('org_2', 'Globex', 'globex');
  insert into users (id, name) values ('ada', 'Ada');
  insert into memberships values ('org_1', 'ada', 'member')`);

const cookieName = 'authjs.session-token';
const cookie = async (sub: string, by = secret, maxAge = 60) =>
  `${cookieName}=${await encode({ token: { sub }, secret: by, salt: cookieName, maxAge })}`;

test('the session token of Auth.js names the user; a resolver names the tenant', async () => {
  const acme = { 'x-organization': 'acme', cookie: await cookie('ada') };
  expect(await world.get('/api/me', acme)).toMatchObject({
    status: 200,
    body: { organizationId: 'org_1', user: 'ada' },
  });
  const globex = { ...acme, 'x-organization': 'globex' };
  expect((await world.get('/api/me', globex)).status).toBe(404);
});

test('a token that another secret made, an expired one, and none are nobody', async () => {
  const tried = async (cookies: string) =>
    (await world.get('/api/me', { 'x-organization': 'acme', cookie: cookies })).body.code;
  expect(await tried(await cookie('ada', 'another secret, also of 32 characters'))).toBe(
    'NOT_AUTHENTICATED',
  );
  expect(await tried(await cookie('ada', secret, -60))).toBe('NOT_AUTHENTICATED');
  expect(await tried('theme=dark')).toBe('NOT_AUTHENTICATED');
});
