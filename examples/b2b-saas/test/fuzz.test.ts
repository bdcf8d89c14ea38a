import { expect, it } from 'vitest';
import { fuzz } from './support/fuzz.ts';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const runs = 300; // a user may send 600 in a minute

it('answers whatever is sent, with nothing of another organization and no 5xx', () =>
  fuzz(stage, runs));

it('refuses 2 MB, and goes on', async () => {
  const send = asAda(stage);
  const large = await send('POST /api/projects', { body: { name: 'x'.repeat(2_000_000) } });
  expect(large.status).toBe(413);
  expect((await send('GET /api/projects')).status).toBe(200);
});
