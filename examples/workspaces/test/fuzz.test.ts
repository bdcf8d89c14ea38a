import { sendTo } from '@tenantry/example-kit/demo';
import { expect, it } from 'vitest';
import { fuzz } from './support/fuzz.ts';
import { testWorld } from './support/world.ts';

const stage = await testWorld();

it('answers whatever is sent, with nothing of another tenant and no 5xx', () => fuzz(stage, 300));

it('refuses 2 MB, and goes on', async () => {
  const headers = {
    authorization: `Bearer ${stage.tokenOf('northwind/ines')}`,
    'x-tenant': 'northwind',
  };
  const body = { name: 'x'.repeat(2_000_000), slug: 'large' };
  const large = { method: 'POST', path: '/api/workspaces', headers, body };
  expect(await sendTo(stage.port, large)).toMatchObject({ status: 413 });
  const { status } = await stage.send('GET /api/workspaces', { as: 'northwind/ines' });
  expect(status).toBe(200);
});
