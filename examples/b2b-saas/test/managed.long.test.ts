import { startTestServer } from '@tenantry/testing';
import { afterAll } from 'vitest';
import { managedLanes } from './support/managed.ts';

const sixteen = await startTestServer({ postgres: 'embedded', version: '16' });
const seventeen = await startTestServer({ postgres: 'embedded', version: '17' });
afterAll(async () => {
  await sixteen.stop();
  await seventeen.stop();
});

managedLanes(() => sixteen, '16', false);
managedLanes(() => seventeen, '17', false);
