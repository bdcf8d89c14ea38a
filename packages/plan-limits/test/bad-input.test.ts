import { randomUUID } from 'node:crypto';
import { TenantryError } from '@tenantry/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { failure, limitsDatabase } from './support/database.ts';

// Nothing that is given to a function comes back as an error of the database without a name.
const database = await limitsDatabase();
const { pool } = database;
const acme = await database.organization();

const texts = ['', 'a\0b', '\ud800', 'a\udc00b', 'x'.repeat(2000), 5, null, undefined, {}];
const numbers = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e300, '1', null];
const dates = [
  new Date(Number.NaN),
  new Date(8.64e15),
  new Date(-8.64e15),
  new Date('+010000-01-01T00:00:00Z'),
  '2026-01-01',
  5,
];
const any = (value: unknown) => value as never;
const codes =
  /^(USAGE_INVALID|FEATURE_UNKNOWN|PLAN_UNKNOWN|ADD_ON_UNKNOWN|TENANT_ID_MALFORMED|TENANT_NOT_FOUND)$/;

const change = { organizationId: acme, plan: 'pro', source: 'x' };
const override = {
  organizationId: acme,
  feature: 'projects',
  set: 1,
  reason: 'r',
  actor: 'a',
} as const;

const calls: Readonly<
  Record<string, readonly [readonly unknown[], (value: never) => Promise<unknown>]>
> = {
  'a key': [
    texts.filter((each) => each !== undefined),
    (key) => limits.consume(pool, 'apiCalls', 1, { key }),
  ],
  'the key of a refund': [texts, (key) => limits.refund(pool, 'apiCalls', { key })],
  'an amount': [numbers, (amount) => limits.consume(pool, 'apiCalls', amount)],
  'the amount of a check': [numbers, (amount) => limits.check(pool, 'apiCalls', amount)],
  'a feature to consume': [texts, (feature) => limits.consume(pool, feature)],
  'a feature to check': [texts, (feature) => limits.check(pool, feature)],
  'a plan to look at': [texts, (plan) => limits.previewPlanChange(pool, plan)],
  'a plan': [
    texts.filter((each) => each !== null),
    (plan) => limits.setPlan(pool, { ...change, plan }),
  ],
  'a source': [texts, (source) => limits.setPlan(pool, { ...change, source })],
  'a version': [
    [...numbers.filter((each) => each !== -1), 2n ** 63n, -(2n ** 64n)],
    (version) => limits.setPlan(pool, { ...change, version }),
  ],
  'the begin of a period': [
    dates,
    (periodStart) => limits.setPlan(pool, { ...change, periodStart }),
  ],
  'the end of a period': [dates, (periodEnd) => limits.setPlan(pool, { ...change, periodEnd })],
  'an add-on': [
    ['a\0b', '\ud800', 'none'],
    (addOn) => limits.setPlan(pool, { ...change, addons: { [addOn]: 1 } }),
  ],
  'a quantity': [
    numbers,
    (quantity) => limits.setPlan(pool, { ...change, addons: { 'extra-seats': quantity } }),
  ],
  'the plan of a trial': [
    texts,
    (plan) => limits.startTrial(pool, { organizationId: acme, plan, endsAt: new Date() }),
  ],
  'the end of a trial': [
    dates,
    (endsAt) => limits.startTrial(pool, { organizationId: acme, plan: 'pro', endsAt }),
  ],
  'the feature of an override': [
    texts,
    (feature) => limits.addOverride(pool, { ...override, feature }),
  ],
  'the value of an override': [numbers, (set) => limits.addOverride(pool, { ...override, set })],
  'a reason': [texts, (reason) => limits.addOverride(pool, { ...override, reason })],
  'an actor': [texts, (actor) => limits.addOverride(pool, { ...override, actor })],
  'the begin of an override': [
    dates,
    (startsAt) => limits.addOverride(pool, { ...override, startsAt }),
  ],
  'the end of an override': [dates, (endsAt) => limits.addOverride(pool, { ...override, endsAt })],
  'the id of an override': [texts, (id) => limits.endOverride(pool, { organizationId: acme, id })],
  'a time of the past': [dates, (at) => limits.entitlementsAt(pool, at, { organizationId: acme })],
  'a feature to recount': [
    texts.filter((each) => each !== undefined),
    (feature) => limits.recount(pool, feature),
  ],
  'a tenant': [
    ['acme', 'a\0b', '\ud800', 5, {}],
    (organizationId) => limits.setPlan(pool, { ...change, organizationId }),
  ],
  'a tenant to consume for': [
    ['acme', 'a\0b', 5],
    (organizationId) => limits.consume(pool, 'apiCalls', 1, { organizationId }),
  ],
  'how many changes': [
    [0, ...numbers],
    (limit) => limits.history(pool, { limit, organizationId: acme }),
  ],
  'how many events': [[0, ...numbers], (batchSize) => limits.takeEvents(pool, { batchSize })],
};

test.each(Object.keys(calls))('%s that is none has an error with a code', async (name) => {
  const [values, run] = calls[name] as (typeof calls)[string];
  for (const value of values) {
    const error = await failure(
      database.system(async () => {
        await run(any(value));
      }),
    ).catch((cause) => cause as Error & { code?: string });
    expect(
      TenantryError.is(error),
      `${typeof value} ${String(value).slice(0, 30)}: ${error.message}`,
    ).toBe(true);
    expect(error.code).toMatch(codes);
    expect(error.message).not.toContain('\0');
  }
});

test('an organization that is not there is not found, whatever is done for it', async () => {
  const nobody = randomUUID();
  for (const db of [pool, drizzle(pool)]) {
    for (const run of [
      () => limits.consume(db, 'apiCalls', 1, { organizationId: nobody }),
      () =>
        limits.reserve(db, 'apiCalls', 1, {
          organizationId: nobody,
          key: 'k',
          expiresInSeconds: 5,
        }),
      () => limits.addOverride(db, { ...override, organizationId: nobody }),
      () => limits.setPlan(db, { ...change, organizationId: nobody }),
      () => limits.startTrial(db, { organizationId: nobody, plan: 'pro', endsAt: new Date() }),
    ]) {
      expect(await failure(database.system<unknown>(run))).toMatchObject({
        code: 'TENANT_NOT_FOUND',
      });
    }
  }
});

test('a time zone that is none is refused where it is written', async () => {
  const error = await failure(
    database.ask("update organizations set plan_time_zone = 'Mars/Olympus' where id = $1", [acme]),
  );
  expect(error.message).toContain('Mars/Olympus');
  await database.in(acme, () => limits.consume(pool, 'apiCalls'));
});
