import { WorkOS } from '@workos-inc/node';
import { beforeEach, expect, test } from 'vitest';
import { workos, workosSource } from '../../src/identity/workos.ts';
import { membershipStory } from './story.ts';
import { identityWorld, startIssuer } from './world.ts';

const secret = 'a webhook secret of the tests';
const api = 'https://api.workos.com';
const issuer = await startIssuer();
const world = await identityWorld({
  ...workos({ issuer: api, jwksUrl: issuer.jwksUrl }),
  source: workosSource(secret),
});
beforeEach(() => world.empty());

const start = Date.parse('2023-07-18T02:07:19.911Z');
const iso = (at: number) => new Date(at).toISOString();
/** An event in the shape that WorkOS documents. */
const event = (name: string, data: object, at = start) =>
  JSON.stringify({ id: 'event_01', event: name, data, created_at: iso(at) });
const organization = (id: string, at = start) => ({
  object: 'organization',
  id,
  name: `Organization ${id}`,
  allow_profiles_outside_organization: false,
  domains: [],
  metadata: {},
  created_at: iso(start),
  updated_at: iso(at),
});
const user = (id: string, at = start) => ({
  object: 'user',
  id,
  email: `${id}@Example.com`,
  first_name: 'Ada',
  last_name: 'Lovelace',
  email_verified: true,
  profile_picture_url: null,
  created_at: iso(start),
  updated_at: iso(at),
});
const membership = (
  id: string,
  organizationId: string,
  userId: string,
  { role = 'member', status = 'active', at = start } = {},
) => ({
  object: 'organization_membership',
  id,
  user_id: userId,
  organization_id: organizationId,
  status,
  role: { slug: role },
  directory_managed: false,
  custom_attributes: {},
  created_at: iso(start),
  updated_at: iso(at),
});

const { webhooks } = new WorkOS('sk_test_123');
/** Delivers with the signature that the library of WorkOS computes. */
const deliver = async (body: string, { by = secret, at = Date.now() } = {}) => {
  const signature = await webhooks.computeSignature(at, body, by);
  return world.post(body, { 'workos-signature': `t=${at}, v1=${signature}` });
};
const applied = { status: 200, result: 'applied' };
const known = { status: 200, result: 'known' };

async function acmeAndAda() {
  await deliver(event('user.created', user('user_ada')));
  await deliver(event('organization.created', organization('org_acme')));
  await deliver(
    event('organization_membership.created', membership('om_1', 'org_acme', 'user_ada')),
  );
}
const access = (claims: Record<string, unknown> = {}, expires?: string) =>
  issuer.sign(
    api,
    {
      sub: 'user_ada',
      org_id: 'org_acme',
      role: 'member',
      roles: ['member'],
      permissions: ['posts:read'],
      sid: 'session_1',
      jti: '01',
      ...claims,
    },
    expires,
  );
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('an access token names tenant and user, and the membership lets in', async () => {
  await acmeAndAda();
  expect(await world.get('/api/me', bearer(await access()))).toMatchObject({
    status: 200,
    body: { organizationId: 'org_acme', user: 'user_ada' },
  });
  const refused = await world.get('/api/me', bearer(await access({ org_id: 'org_other' })));
  expect(refused).toMatchObject({ status: 404 });
  expect((await world.get('/api/me', bearer(await access({ org_id: undefined })))).status).toBe(
    400,
  );
  expect((await world.get('/api/me', bearer(await access({}, '-1s')))).status).toBe(401);
});

test('a webhook is believed by its signature only', async () => {
  const body = event('organization.created', organization('org_acme'));
  expect((await deliver(body, { by: 'another secret' })).status).toBe(401);
  const hour = 3_600_000;
  expect((await deliver(body, { at: Date.now() - hour })).status).toBe(401);
  expect((await deliver(body, { at: Date.now() + hour })).status).toBe(401);
  expect((await world.post(body, {})).status).toBe(401);
  const at = Date.now();
  const signature = await webhooks.computeSignature(at, body, secret);
  for (const header of [
    `t=${at + 1}, v1=${signature}`,
    `t=${at}`,
    `v1=${signature}`,
    `t=${at}, v1=${signature.slice(2)}`,
    `t=${at}, v1=`,
  ]) {
    expect((await world.post(body, { 'workos-signature': header })).status).toBe(401);
  }
  expect(await deliver(body)).toEqual(applied);
  expect(await deliver(body)).toEqual(applied); // the same state again
  const dsync = event('dsync.user.created', { id: 'directory_user_1', object: 'directory_user' });
  expect(await deliver(dsync)).toEqual({ status: 200, result: 'of no interest' });
});

test('a membership is in force while it is active, and may be so again', async () => {
  await acmeAndAda();
  const is = (status: string, at: number) =>
    deliver(
      event(
        'organization_membership.updated',
        membership('om_1', 'org_acme', 'user_ada', { status, at: start + at }),
      ),
    );
  expect(await is('inactive', 2)).toEqual(applied);
  expect(await world.members()).toEqual([]);
  expect(await is('active', 1)).toEqual(known);
  expect(await world.members()).toEqual([]);
  expect(await is('active', 3)).toEqual(applied);
  expect(await world.members()).toHaveLength(1);
  const pending = membership('om_2', 'org_acme', 'user_bob', { status: 'pending' });
  expect(await deliver(event('organization_membership.created', pending))).toEqual(applied);
  expect(await world.members()).toHaveLength(1);
});

const kindsOfWorkOS = {
  user: 'user',
  organization: 'organization',
  membership: 'organization_membership',
};
membershipStory(world, {
  source: workosSource(secret),
  user,
  organization,
  membership: ({ id, organizationId, userId, role }, at) =>
    membership(id, organizationId, userId, { role, at }),
  event: (kind, how, object, at) => event(`${kindsOfWorkOS[kind]}.${how}`, object, at),
  deliver,
});
