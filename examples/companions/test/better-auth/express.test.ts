import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { createExpressApp } from '../../src/better-auth/express.ts';
import { authWorld } from './world.ts';

const world = await authWorld();
const server = createServer(createExpressApp(world, world.auth));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('sign in and work in an organization, on Express', async () => {
  const ada = await world.person('Ada');
  const bob = await world.person('Bob');
  const acme = await world.organization(ada, 'Acme');
  await world.organization(bob, 'Globex');
  const path = `${origin}/app/projects`;

  // the bodies of better-auth and those of the application, on one server
  const { email } = ada;
  const signedOut = await ada.send(`${origin}/api/auth/sign-out`, {});
  expect(signedOut.status).toBe(200);
  ada.headers['x-organization'] = acme;
  expect(await ada.send(path)).toMatchObject({ status: 401, body: { code: 'NOT_AUTHENTICATED' } });
  const password = { email, password: world.password };
  const signedIn = await ada.send(`${origin}/api/auth/sign-in/email`, password);
  expect(signedIn).toMatchObject({ status: 200, body: { user: { email } } });
  const createdBy = signedIn.body.user.id;
  expect((await ada.send(path, { name: 'Anvils', createdBy })).status).toBe(201);
  expect((await ada.send(path)).body).toMatchObject([{ name: 'Anvils' }]);

  bob.headers['x-organization'] = acme;
  expect(await bob.send(path)).toMatchObject({ status: 404, body: { code: 'TENANT_NOT_FOUND' } });
});
