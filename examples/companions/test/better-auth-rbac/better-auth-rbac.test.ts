import { createTenantPool } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, expect, test } from 'vitest';
import { createApp } from '../../src/better-auth-rbac/app.ts';
import { createAuth } from '../../src/better-auth-rbac/auth.ts';
import { rbac, tenancy } from '../../src/better-auth-rbac/rbac.ts';
import * as schema from '../../src/better-auth-rbac/schema.ts';
import { browser, serve } from '../serve.ts';

const application = {
  tenancy,
  schema,
  features: [rbac],
  directory: { tenant: schema.organizations.id, member: schema.memberships.userId },
};
const { url } = await testDatabase({
  key: 'companions-better-auth-rbac',
  migrate: async (to) => void (await applySchema(to, application)),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
const mails = new Map<string, string>();
const mail = async (to: string, content: string) => void mails.set(to, content);
const server = await serve((baseURL) => {
  const secret = 'a secret of the tests, of 32 characters';
  const auth = createAuth({ db: drizzle({ client: pool }), baseURL, secret, mail });
  return createApp(pool, auth, mail);
});
afterAll(async () => {
  await server.close();
  await pool.end();
});

const password = 'a password of the tests';
async function person(name: string, { confirms = true } = {}) {
  const email = `${name.toLowerCase()}@example.com`;
  const client = browser(server.origin);
  const made = await client.send('/api/auth/sign-up/email', { name, email, password });
  expect(made.status).toBe(200);
  if (confirms) await client.send(mails.get(email) as string);
  await client.send('/api/auth/sign-in/email', { email, password });
  return Object.assign(client, { email });
}

test('better-auth signs in, rbac knows the members: create, invite, accept, switch, sign out', async () => {
  const ada = await person('Ada');
  const bob = await person('Bob', { confirms: false });
  const made = await ada.send('/account/organizations', { name: 'Acme' });
  expect(made.status).toBe(201);
  const acme = { 'x-organization': made.body.id };
  ada.headers = acme;
  expect((await ada.send('/app/people')).body).toEqual([{ email: ada.email }]);

  const confirmation = mails.get(bob.email) as string;
  const invited = await ada.send('/app/invitations', { email: bob.email, role: 'viewer' });
  expect(invited.status).toBe(201);
  const token = mails.get(bob.email);
  expect(await bob.send('/account/invitations/accept', { token })).toMatchObject({
    status: 403,
    body: { code: 'INVITATION_EMAIL_MISMATCH' },
  });
  await bob.send(confirmation);
  const accepted = await Promise.all(
    [1, 2, 3].map(() => bob.send('/account/invitations/accept', { token })),
  );
  expect(accepted.map(({ status }) => status).sort()).toEqual([200, 409, 409]);

  // Bob is a viewer of Acme, and the owner of an organization of his own
  const own = await bob.send('/account/organizations', { name: 'Globex' });
  bob.headers = acme;
  expect((await bob.send('/app/people')).body).toHaveLength(2);
  expect((await bob.send('/app/projects', { name: 'Anvils' })).status).toBe(403);
  bob.headers = { 'x-organization': own.body.id };
  expect((await bob.send('/app/projects', { name: 'Anvils' })).status).toBe(201);
  expect((await ada.send('/app/projects')).body).toEqual([]);
  ada.headers = { 'x-organization': own.body.id };
  expect((await ada.send('/app/projects')).status).toBe(404);

  expect((await bob.send('/api/auth/sign-out', {})).status).toBe(200);
  expect((await bob.send('/app/projects')).status).toBe(401);
});

test('doctor finds nothing', async () => {
  const { findings } = await withClient(url, (client) =>
    diagnose(client, { ...application, role: 'app' }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
