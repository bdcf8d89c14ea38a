import { expect, test } from 'vitest';
import { limits } from '../src/limits.ts';
import { tenancy } from '../src/tenancy.ts';
import { testWorld } from './support/world.ts';

const stage = await testWorld();
const ada = { as: 'ada', organization: 'acme' } as const;

test('a call that changes something counts, and is told what is left; reading is free', async () => {
  const used = async () => {
    const { json } = await stage.send('GET /api/organization/usage', ada);
    return json.items.find((each: { feature: string }) => each.feature === 'apiCalls').used;
  };
  const before = await used();
  await stage.send('GET /api/projects', ada);
  expect(await used()).toBe(before);
  await stage.send('POST /api/projects', { ...ada, body: { name: 'Counted' } });
  expect(await used()).toBe(before + 1);
});

test('calls over the limit of a month are a 429 with what was used', async () => {
  await stage.ask(
    "update plan_features set limit_value = 1 where plan = 'free' and feature = 'apiCalls'",
  );
  await stage.send('POST /account/organizations', {
    as: 'eve',
    body: { name: 'Hooli', slug: 'hooli' },
  });
  const hooli = { as: 'eve', organization: 'hooli' } as const;
  await stage.send('PATCH /api/organization', { ...hooli, body: { name: 'Hooli XYZ' } });
  const refused = await stage.send('PATCH /api/organization', {
    ...hooli,
    body: { name: 'Nucleus' },
  });
  expect(refused.status).toBe(429);
  expect(refused.json).toMatchObject({
    code: 'LIMIT_REACHED',
    feature: 'apiCalls',
    used: 1,
    limit: 1,
  });
});

test('a preview says what would be over on another plan', async () => {
  const { json } = await stage.send('GET /api/organization/usage/preview/free', ada);
  expect(json.over).toMatchObject([
    { feature: 'projects', limit: 3, excess: 1 },
    { feature: 'seats', limit: 2, excess: 1 },
  ]);
  const unknown = await stage.send('GET /api/organization/usage/preview/gold', ada);
  expect([unknown.status, unknown.json.code]).toEqual([422, 'PLAN_UNKNOWN']);
});

test('billing sets a plan by the port', async () => {
  const { globex } = stage.seeded.organizations;
  await tenancy.asSystem({ reason: 'test', actor: 'billing', write: true }, () =>
    limits.setPlan(stage.pool, { organizationId: globex, plan: 'enterprise', source: 'test' }),
  );
  const { json } = await stage.send('GET /api/organization/usage', {
    as: 'bob',
    organization: 'globex',
  });
  expect(json.items.find((each: { feature: string }) => each.feature === 'projects')).toMatchObject(
    { feature: 'projects', plan: 'enterprise', limit: null },
  );
});

test('a key that the client chooses does not make calls free: each that does its work counts', async () => {
  const used = async () => {
    const { json } = await stage.send('GET /api/organization/usage', ada);
    return json.items.find((each: { feature: string }) => each.feature === 'apiCalls').used;
  };
  const before = await used();
  for (const name of ['Acme One', 'Acme Two', 'Acme Two']) {
    const { status } = await fetch(`http://127.0.0.1:${stage.port}/api/organization`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${stage.tokens.ada}`,
        'x-organization': 'acme',
        'content-type': 'application/json',
        'idempotency-key': 'one key for everything',
      },
      body: JSON.stringify({ name }),
    });
    expect(status).toBe(200);
  }
  expect(await used()).toBe(before + 3);
});
