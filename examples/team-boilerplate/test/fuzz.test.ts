import { expect, it } from 'vitest';
import { check, fuzz } from './support/fuzz.ts';
import { testWorld } from './support/world.ts';

const world = await testWorld();

it('answers whatever an owner sends, and tells nothing of another organization', async () => {
  await fuzz(world, 'nora', { numRuns: 100, seed: 3 });
});

it('answers whatever a member sends', async () => {
  await fuzz(world, 'omar', { numRuns: 60, seed: 4 });
});

it('refuses a body of 2 MB, and one that is no JSON', async () => {
  const nora = await world.as('nora', 'ridgeline');
  const large = await nora.send('POST /api/projects', { body: { name: 'x'.repeat(2_000_000) } });
  expect(large).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE' } });
  const broken = await nora.send('POST /api/projects', { raw: '{"name": <img src=x>' });
  expect(broken).toMatchObject({ status: 400, json: { code: 'REQUEST_REFUSED' } });
  expect(broken.text).not.toContain('img');
});

it('answers outside of every organization too', async () => {
  const priya = await world.as('priya');
  const bodies = [null, [], '', { token: 'x' }, { token: {} }, { name: '\0', slug: 'a' }];
  for (const path of ['organizations', 'switch', 'invitations/accept', 'x']) {
    for (const body of [...bodies, { organization: '__proto__' }, { slug: 'xn--a', name: 'A' }]) {
      check(await priya.send(`POST /account/${path}`, { body }));
    }
  }
  for (const path of ['/%zz', '/account/invitations/%00', '/assets/../package.json', '//calder']) {
    check(await priya.send(`GET ${path}`));
  }
});
