import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { Webhook } from 'svix';
import { beforeEach, describe, expect, test } from 'vitest';
import { clerk, clerkSource } from '../../src/identity/clerk.ts';
import * as schema from '../../src/identity/schema.ts';
import { tenancy } from '../../src/identity/tenancy.ts';
import { membershipStory } from './story.ts';
import { application, identityWorld, startIssuer } from './world.ts';

const secret = `whsec_${Buffer.from('a signing secret of the tests').toString('base64')}`;
const frontend = 'https://clerk.acme.example';
const page = 'https://app.acme.example';
const issuer = await startIssuer();
const world = await identityWorld({
  ...clerk({ issuer: frontend, origins: [page], jwksUrl: issuer.jwksUrl }),
  source: clerkSource(secret),
});
beforeEach(() => world.empty());

const start = 1_654_013_202_977;
/** An event in the shape that Clerk documents; `at` is when it happened, in milliseconds. */
const event = (type: string, data: object, at = start) =>
  JSON.stringify({ data, instance_id: 'ins_123', object: 'event', timestamp: at, type });
const organization = (id: string, at = start, slug = id.replace('_', '-')) => ({
  created_at: start,
  created_by: 'user_1vq84bqWzw7qmFgqSwN4CH1Wp0n',
  id,
  image_url: 'https://img.clerk.com/xxxxxx',
  logo_url: null,
  name: `Organization ${id}`,
  object: 'organization',
  public_metadata: {},
  slug,
  updated_at: at,
});
const user = (id: string, at = start) => ({
  birthday: '',
  created_at: start,
  email_addresses: [
    {
      email_address: 'Old@example.org',
      id: 'idn_1',
      linked_to: [],
      object: 'email_address',
      verification: { status: 'verified', strategy: 'ticket' },
    },
    { email_address: `${id}@Example.org`, id: 'idn_2', linked_to: [], object: 'email_address' },
  ],
  external_accounts: [],
  first_name: 'Ada',
  id,
  last_name: 'Lovelace',
  object: 'user',
  primary_email_address_id: 'idn_2',
  public_metadata: {},
  updated_at: at,
  username: null,
});
const membership = (
  id: string,
  organizationId: string,
  userId: string,
  role = 'org:member',
  at = start,
) => ({
  created_at: start,
  id,
  object: 'organization_membership',
  organization: organization(organizationId),
  public_user_data: {
    first_name: 'Ada',
    identifier: `${userId}@example.org`,
    image_url: '',
    last_name: 'Lovelace',
    user_id: userId,
  },
  role,
  updated_at: at,
});

let messages = 0;
/** Delivers as Svix does, with its own library's signature. */
const deliver = (body: string, { by = secret, at = new Date() } = {}) => {
  const id = `msg_${++messages}`;
  const signature = new Webhook(by).sign(id, at, body);
  return world.post(body, {
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': signature,
  });
};
const applied = { status: 200, result: 'applied' };
const known = { status: 200, result: 'known' };

/** Acme with Ada in it. */
async function acmeAndAda() {
  await deliver(event('user.created', user('user_ada')));
  await deliver(event('organization.created', organization('org_acme')));
  await deliver(
    event('organizationMembership.created', membership('orgmem_1', 'org_acme', 'user_ada')),
  );
}
const session = (claims: Record<string, unknown>, expires?: string) =>
  issuer.sign(
    frontend,
    { azp: page, sid: 'sess_1', sub: 'user_ada', fva: [7, -1], ...claims },
    expires,
  );
const v2 = (id = 'org_acme') => ({
  v: 2,
  o: { id, slg: 'acme', rol: 'admin', per: 'read', fpm: '3' },
});
const v1 = (id = 'org_acme') => ({ org_id: id, org_slug: 'acme', org_role: 'org:admin' });

describe('a session token', () => {
  test('of version 2 and of version 1 names tenant and user, in a header and in the cookie', async () => {
    await acmeAndAda();
    for (const claims of [v2(), v1()]) {
      const token = await session(claims);
      for (const headers of [
        { authorization: `Bearer ${token}` },
        { cookie: `theme=dark; __session=${token}` },
      ]) {
        expect(await world.get('/api/me', headers)).toMatchObject({
          status: 200,
          body: { organizationId: 'org_acme', user: 'user_ada' },
        });
      }
    }
    expect(
      (await world.get('/api/people', { cookie: `__session=${await session(v2())}` })).body,
    ).toEqual([{ id: 'user_ada', email: 'user_ada@example.org', name: 'Ada Lovelace' }]);
  });

  test('without an organization names no tenant; without a token nobody is signed in', async () => {
    const cookie = `__session=${await session({ v: 2 })}`;
    expect(await world.get('/api/me', { cookie })).toMatchObject({
      status: 400,
      body: { code: 'TENANT_CLAIM_MISSING' },
    });
    expect((await world.get('/api/me', {})).status).toBe(400);
  });

  test.each([
    ['of another page', { azp: 'https://evil.example' }],
    ['of a session that is not complete', { sts: 'pending' }],
    ['for somebody else', { aud: 'https://other.example' }],
    ['without a user', { sub: undefined }],
  ])('is refused: %s', async (_, claims) => {
    await acmeAndAda();
    const cookie = `__session=${await session({ ...v2(), ...claims })}`;
    expect(await world.get('/api/me', { cookie })).toMatchObject({
      status: 401,
      body: { code: 'TOKEN_INVALID' },
    });
  });

  test('is refused when it has expired, or another instance has signed it', async () => {
    await acmeAndAda();
    const expired = `__session=${await session(v2(), '-1s')}`;
    expect((await world.get('/api/me', { cookie: expired })).status).toBe(401);
    const foreign = await issuer.sign('https://clerk.other.example', { sub: 'user_ada', ...v2() });
    expect((await world.get('/api/me', { cookie: `__session=${foreign}` })).status).toBe(401);
  });

  test('is not enough: the membership is what lets in, from its event to the next', async () => {
    await acmeAndAda();
    const headers = { authorization: `Bearer ${await session(v2())}` };
    expect((await world.get('/api/projects', headers)).status).toBe(200);
    const gone = membership('orgmem_1', 'org_acme', 'user_ada', 'org:member', start + 1);
    await deliver(event('organizationMembership.deleted', gone, start + 1));
    const refused = await world.get('/api/projects', headers);
    expect(refused).toMatchObject({ status: 404, body: { code: 'TENANT_NOT_FOUND' } });
    const unknown = { authorization: `Bearer ${await session(v2('org_nobody'))}` };
    expect(await world.get('/api/projects', unknown)).toEqual(refused);
  });
});

describe('a webhook', () => {
  const body = event('organization.created', organization('org_acme'));

  test('is believed by its signature only', async () => {
    const other = `whsec_${Buffer.from('another secret altogether').toString('base64')}`;
    expect((await deliver(body, { by: other })).status).toBe(401);
    expect((await world.post(body, {})).status).toBe(401);
    const hour = 3_600_000;
    for (const at of [new Date(Date.now() - hour), new Date(Date.now() + hour)]) {
      expect((await deliver(body, { at })).status).toBe(401);
    }
    const now = new Date();
    const seconds = String(Math.floor(now.getTime() / 1000));
    const signature = new Webhook(secret).sign('msg_x', now, body);
    const headers = { 'svix-id': 'msg_x', 'svix-timestamp': seconds, 'svix-signature': signature };
    expect((await world.post(body.replace('org_acme', 'org_evil'), headers)).status).toBe(401);
    expect((await world.post(body, { ...headers, 'svix-id': 'msg_y' })).status).toBe(401);
    // while keys rotate there are several, of other versions too
    const several = `v1a,AAAA v1,AAAA ${signature}`;
    expect(await world.post(body, { ...headers, 'svix-signature': several })).toEqual(applied);
  });

  test('of another kind is accepted and has no effect', async () => {
    const sessions = event('session.created', { id: 'sess_1', object: 'session' });
    expect(await deliver(sessions)).toEqual({ status: 200, result: 'of no interest' });
    const invited = event('organizationInvitation.created', { id: 'orginv_1' });
    expect(await deliver(invited)).toEqual({ status: 200, result: 'of no interest' });
  });

  test('that failed is tried again: nothing is noted', async () => {
    await deliver(body);
    const taken = event('organization.created', organization('org_b', start, 'org-acme'));
    expect((await deliver(taken)).status).toBe(500);
    const renamed = organization('org_acme', start + 1, 'acme-2');
    expect(await deliver(event('organization.updated', renamed, start + 1))).toEqual(applied);
    expect(await deliver(taken)).toEqual(applied);
  });
});

describe('memberships', () => {
  test('follow their events; older ones are known', async () => {
    await acmeAndAda();
    const promoted = membership('orgmem_1', 'org_acme', 'user_ada', 'org:admin', start + 2);
    expect(await deliver(event('organizationMembership.updated', promoted))).toEqual(applied);
    const older = membership('orgmem_1', 'org_acme', 'user_ada', 'org:guest', start + 1);
    expect(await deliver(event('organizationMembership.updated', older))).toEqual(known);
    expect(await world.members()).toEqual([
      { organization_id: 'org_acme', user_id: 'user_ada', role: 'admin' },
    ]);
  });

  test('that were deleted stay so, and one made anew holds', async () => {
    await acmeAndAda();
    const first = membership('orgmem_1', 'org_acme', 'user_ada', 'org:member', start + 1);
    const second = membership('orgmem_2', 'org_acme', 'user_ada', 'org:admin', start + 2);
    expect(await deliver(event('organizationMembership.created', second))).toEqual(applied);
    expect(await deliver(event('organizationMembership.deleted', first))).toEqual(applied);
    expect(await deliver(event('organizationMembership.created', first))).toEqual(known);
    expect(await world.members()).toEqual([
      { organization_id: 'org_acme', user_id: 'user_ada', role: 'admin' },
    ]);
  });

  test('end with their user and with their organization, whose data stays', async () => {
    await acmeAndAda();
    await world.rows(
      `insert into projects (organization_id, id, name) values ('org_acme', '1', 'Anvils')`,
    );
    const deleted = { deleted: true, id: 'org_acme', object: 'organization' };
    await deliver(event('organization.deleted', deleted, start + 1));
    expect(await world.members()).toEqual([]);
    expect(await world.rows('select name from projects')).toEqual([{ name: 'Anvils' }]);
    const late = membership('orgmem_9', 'org_acme', 'user_ada', 'org:member', start + 9);
    await deliver(event('organizationMembership.created', late));
    expect(await world.members()).toEqual([]);
    // without a member too: a status page would not find it
    const headers = { authorization: `Bearer ${await session(v2())}` };
    expect((await world.get('/api/me', headers)).status).toBe(404);
    await deliver(event('user.deleted', { deleted: true, id: 'user_ada', object: 'user' }));
    expect(await world.rows('select id from users')).toEqual([]);
  });
});

const kindsOfClerk = {
  user: 'user',
  organization: 'organization',
  membership: 'organizationMembership',
};
membershipStory(world, {
  source: clerkSource(secret),
  user,
  organization,
  membership: ({ id, organizationId, userId, role }, at) =>
    membership(id, organizationId, userId, `org:${role}`, at),
  event: (kind, how, object, at) =>
    event(
      `${kindsOfClerk[kind]}.${how}`,
      // of a user or an organization nothing but the id is left
      how === 'deleted' && kind !== 'membership'
        ? { deleted: true, id: (object as { id: string }).id, object: kind }
        : object,
      at,
    ),
  deliver,
});

test('doctor finds nothing, and the tables keep tenants apart', async () => {
  const { findings } = await withClient(world.url, (client) =>
    diagnose(client, { ...application, role: 'app' }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  await expectIsolated({ pool: world.pool, tenancy, schema });
});
