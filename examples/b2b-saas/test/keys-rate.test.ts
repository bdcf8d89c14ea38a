import { describe, expect, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { rootDomain } from '../src/demo/world.ts';
import { asAda, testWorld } from './support/world.ts';

const stage = await testWorld();
const ada = asAda(stage);
const permissions = ['projects:read'];
const make = async () =>
  (await ada('POST /api/keys', { body: { name: 'CI', permissions } })).json as {
    readonly id: string;
    readonly key: string;
  };

/** An application that allows so many requests a minute, behind one proxy. */
function limited(requestsPerMinute: number) {
  const app = createApp({
    pool: stage.pool,
    db: undefined as never, // no route that is asked here needs it
    secret: 'a secret that signs no session here',
    rootDomain,
    mailer: { sendInvitation: async () => {} },
    invitationUrl: (token) => token,
    http: { requestsPerMinute, trustedProxies: 1 },
  });
  return async (authorization: string, address = '192.0.2.1') => {
    const headers = { authorization, 'x-forwarded-for': address };
    return (await app.request('/api/permissions', { headers })).status;
  };
}

describe('a key has one budget of requests', () => {
  test('for every spelling of its header, and another key has its own', async () => {
    const send = limited(3);
    const [one, two] = [await make(), await make()];
    const spellings = ['Bearer ', 'bearer ', 'BEARER  ', 'Bearer    '].map(
      (each) => each + one.key,
    );
    const statuses = [];
    for (const each of [...spellings, `${spellings[0]} `]) statuses.push(await send(each));
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(await send(`Bearer ${two.key}`)).toBe(200);
  });

  test('for both of its secrets while it is rotated', async () => {
    const send = limited(2);
    const { id, key } = await make();
    const { key: next } = (await ada(`POST /api/keys/${id}/rotate`)).json;
    expect([await send(`Bearer ${key}`), await send(`Bearer ${next}`)]).toEqual([200, 200]);
    expect([await send(`Bearer ${key}`), await send(`Bearer ${next}`)]).toEqual([429, 429]);
  });
});

test('wrong keys have the budget of their address together', async () => {
  const send = limited(1);
  const { id, key } = await make();
  await ada(`DELETE /api/keys/${id}`);
  const wrong = [key, ...Array.from({ length: 11 }, (_, i) => `b2b_${i}`)];
  const statuses = [];
  for (const each of wrong) statuses.push(await send(`Bearer ${each}`));
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  expect(await send(`Bearer ${key}`, '192.0.2.2')).toBe(401);
});
