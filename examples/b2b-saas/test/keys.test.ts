import { expect, test } from 'vitest';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const ada = asAda(stage);

test('a script works with a key of its organization, until the key is revoked', async () => {
  const permissions = ['projects:read', 'projects:create'];
  const made = await ada('POST /api/keys', { body: { name: 'CI', permissions } });
  expect(made.status).toBe(201);
  const { key: token, id } = made.json;

  const listed = await stage.send('GET /api/projects', { token });
  expect(listed.json.items.length).toBeGreaterThan(0);
  const created = await stage.send('POST /api/projects', { token, body: { name: 'By a script' } });
  expect(created.status).toBe(201);
  expect(created.json).toMatchObject({ createdBy: null, number: expect.any(Number) });
  expect(created.json.number).toBeGreaterThan(0);

  // not what the key was not given, and no key by a key
  expect((await stage.send(`DELETE /api/projects/${created.json.id}`, { token })).status).toBe(403);
  const another = await stage.send('POST /api/keys', { token, body: { name: 'x', permissions } });
  expect(another.status).toBe(403);

  // the key is the actor, and its secret is nowhere
  const { text } = await ada('GET /api/audit');
  expect(text).toContain(id);
  expect(text).not.toContain(token.slice(4, 37));

  const rotated = await ada(`POST /api/keys/${id}/rotate`);
  expect(rotated.json.id).toBe(id);
  expect((await ada(`DELETE /api/keys/${id}`)).status).toBe(204);
  for (const gone of [token, rotated.json.key]) {
    const answer = await stage.send('GET /api/projects', { token: gone });
    expect([answer.status, answer.json.code]).toEqual([401, 'API_KEY_INVALID']);
  }
});
