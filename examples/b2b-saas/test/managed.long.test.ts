import { startTestServer } from '@tenantry/testing';
import { afterAll } from 'vitest';
import { managedLanes } from './support/managed.ts';

const sixteen = await startTestServer({ postgres: 'embedded', version: '16' });
const seventeen = await startTestServer({ postgres: 'embedded', version: '17' });
const eighteen = await startTestServer({ postgres: 'embedded', version: '18' });
afterAll(async () => {
  await sixteen.stop();
  await seventeen.stop();
  await eighteen.stop();
});

managedLanes(() => sixteen, '16', false);
managedLanes(() => seventeen, '17', false);

// a migrating login that does not inherit: docs/guides/one-or-two-urls.md
managedLanes(() => eighteen, '18', false, {
  services: ['digitalocean'],
  behind: ', as a login with NOINHERIT',
  given: (login) => `alter role ${login} noinherit`,
});
managedLanes(() => eighteen, '18', false, {
  services: ['digitalocean'],
  behind: ', with roles granted WITH INHERIT FALSE',
  given: (login) => `
    create role app; create role system; create role audit_writer;
    grant app, system, audit_writer to ${login} with admin true, inherit false, set true;`,
});
