import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { getAuthTables } from 'better-auth/db';
import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import * as schema from '../../src/better-auth/schema.ts';
import { tenancy } from '../../src/better-auth/tenancy.ts';
import { browser } from '../serve.ts';
import { application, authWorld } from './world.ts';

const world = await authWorld();
const { pool, auth } = world;

test('sign up, sign in, create, invite, accept, switch and sign out, over HTTP', async () => {
  const ada = await world.person('Ada');
  const bob = await world.person('Bob');
  const acme = await world.organization(ada, 'Acme');
  const globex = await world.organization(bob, 'Globex');

  // each is in the organization that they have made
  expect(await ada.send('/app/people')).toEqual({ status: 200, body: [{ email: ada.email }] });
  expect(await bob.send('/app/people')).toEqual({ status: 200, body: [{ email: bob.email }] });
  expect((await ada.send('/app/projects', { name: 'Anvils' })).status).toBe(201);

  // Ada invites Bob, who accepts, switches, and sees what Acme has
  const invited = await ada.send('/api/auth/organization/invite-member', {
    email: bob.email,
    role: 'member',
  });
  expect(invited.status).toBe(200);
  const { invitation } = world.lastMail(bob.email) ?? {};
  const accepted = await bob.send('/api/auth/organization/accept-invitation', {
    invitationId: invitation,
  });
  expect(accepted.status).toBe(200);
  const switched = await bob.send('/api/auth/organization/set-active', { organizationId: acme });
  expect(switched.status).toBe(200);
  expect((await bob.send('/app/projects')).body).toMatchObject([{ name: 'Anvils' }]);
  expect((await bob.send('/app/people')).body).toHaveLength(2);
  await bob.send('/api/auth/organization/set-active', { organizationId: globex });
  expect((await bob.send('/app/projects')).body).toEqual([]);

  // a permission of the plugin, asked inside the scope
  await bob.send('/api/auth/organization/set-active', { organizationId: acme });
  expect((await bob.send('/app/projects', undefined, 'DELETE')).status).toBe(403);
  expect((await ada.send('/app/projects', undefined, 'DELETE')).status).toBe(204);

  expect((await bob.send('/api/auth/sign-out', {})).status).toBe(200);
  expect(await bob.send('/app/projects')).toMatchObject({
    status: 401,
    body: { code: 'NOT_AUTHENTICATED' },
  });
});

test('a session is looked up inside the scope of a tenant, which stays as it is', async () => {
  const cara = await world.person('Cara');
  const initech = await world.organization(cara, 'Initech');
  expect(await cara.send('/app/me')).toMatchObject({
    status: 200,
    body: { organizationId: initech, email: cara.email },
  });
  // also inside a transaction of the tenant
  const cookie = [...cara.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  await tenancy.run(initech, () =>
    pool.transaction(async (tx) => {
      const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
      expect(found?.user.email).toBe(cara.email);
      const { rows } = await tx.query('select email from "user"');
      expect(rows).toEqual([{ email: cara.email }]);
    }),
  );
});

test('sessions, accounts and verifications are for nobody but the system', async () => {
  const dan = await world.person('Dan');
  const umbrella = await world.organization(dan, 'Umbrella');
  for (const table of ['session', 'account', 'verification']) {
    const reading = tenancy.run(umbrella, () => pool.query(`select * from ${table}`));
    await expect(reading).rejects.toMatchObject({ code: '42501' });
  }
  const adding = tenancy.run(umbrella, () =>
    pool.query(`insert into member (id, user_id, role) select 'm', id, 'owner' from "user"`),
  );
  await expect(adding).rejects.toMatchObject({ code: '42501' });
});

test('a foreign and an unknown organization are refused alike, though the session names them', async () => {
  const eve = await world.person('Eve');
  await world.organization(eve, 'Hooli');
  const other = await world.organization(await world.person('Fay'), 'Massive');
  const tried = await eve.send('/api/auth/organization/set-active', { organizationId: other });
  expect(tried.status).toBe(403);
  // and if the session named it nevertheless
  const name = async (organizationId: string) => {
    await world.asAdmin(
      `update session set active_organization_id = '${organizationId}' where user_id = (select id from "user" where email = '${eve.email}')`,
    );
    return eve.send('/app/people');
  };
  const [foreign, unknown] = [await name(other), await name('nobody')];
  expect(foreign).toMatchObject({ status: 404, body: { code: 'TENANT_NOT_FOUND' } });
  expect(foreign).toEqual(unknown);
});

test('who is removed is out with the next request, whatever their session says', async () => {
  const gus = await world.person('Gus');
  const hal = await world.person('Hal');
  const pollos = await world.organization(gus, 'Pollos');
  await gus.send('/api/auth/organization/invite-member', { email: hal.email, role: 'member' });
  const invitationId = world.lastMail(hal.email)?.invitation;
  await hal.send('/api/auth/organization/accept-invitation', { invitationId });
  await hal.send('/api/auth/organization/set-active', { organizationId: pollos });
  expect((await hal.send('/app/people')).status).toBe(200);
  const removed = await gus.send('/api/auth/organization/remove-member', {
    memberIdOrEmail: hal.email,
  });
  expect(removed.status).toBe(200);
  expect((await hal.send('/app/people')).status).toBe(404);
});

test('an invitation is accepted by its address only, and once, however often it is tried', async () => {
  const ivy = await world.person('Ivy');
  const jon = await world.person('Jon');
  const mallory = await world.person('Mallory');
  const stark = await world.organization(ivy, 'Stark');
  await ivy.send('/api/auth/organization/invite-member', { email: jon.email, role: 'member' });
  const invitationId = world.lastMail(jon.email)?.invitation;
  const path = '/api/auth/organization/accept-invitation';
  expect((await mallory.send(path, { invitationId })).status).toBe(403);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => jon.send(path, { invitationId })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const { rows } = await world.asAdmin(
    `select count(*)::int from member where organization_id = '${stark}'`,
  );
  expect(rows).toEqual([{ count: 2 }]);
});

test('a sign-up that fails leaves nothing behind', async () => {
  const count = async () => (await world.asAdmin('select id from "user"')).rows.length;
  const before = await count();
  const email = 'kim@example.com';
  await world.asAdmin(`
    create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse before insert on account for each row execute function public.refuse()`);
  const client = browser(world.origin);
  const failed = await client.send('/api/auth/sign-up/email', {
    name: 'Kim',
    email,
    password: world.password,
  });
  expect(failed.status).toBeGreaterThanOrEqual(400);
  await world.asAdmin('drop function public.refuse cascade');
  expect(await count()).toBe(before);
});

test('the tables have every field that better-auth wants', () => {
  const wanted = Object.values(getAuthTables(auth.options)).map(({ modelName, fields }) => [
    modelName,
    ['id', ...Object.keys(fields)].sort(),
  ]);
  const declared = Object.entries(schema)
    .filter(([name]) => wanted.some(([model]) => model === name))
    .map(([name, table]) => [name, Object.keys(getTableColumns(table as PgTable))]);
  for (const [model, fields] of wanted) {
    const [, columns = []] = declared.find(([name]) => name === model) ?? [];
    expect(columns, String(model)).toEqual(expect.arrayContaining(fields as string[]));
  }
});

test('doctor finds nothing, and the tables keep tenants apart', async () => {
  const { findings } = await withClient(world.url, (client) =>
    diagnose(client, { ...application, role: 'app' }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  // no row of a tenant leads to them
  const skip = { session: 'of a user', account: 'of a user' };
  await expectIsolated({ pool, tenancy, schema, skip });
});
