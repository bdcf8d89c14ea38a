import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { runAll, withClient } from '@tenantry/testing/schema';
import { pgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { counted, counter, defineLimits } from '../src/index.ts';
import { limits } from './fixtures/limits.ts';
import * as schema from './fixtures/schema.ts';
import { failure, limitsDatabase } from './support/database.ts';

const { tenancy } = schema;
const database = await limitsDatabase('plan-limits-removed');
const { pool } = database;

const without = defineLimits(tenancy, {
  features: {
    projects: counted(),
    credits: counter({ per: 'lifetime' }),
  },
  plans: { free: { projects: 10, credits: 50 } },
  defaultPlan: 'free',
});

const { isolate } = defineIsolation(tenancy);
/** The tables whose rows these limits do not count. */
const uncounted = {
  ...schema,
  clients: pgTable('clients', schema.clientColumns(), (t) => [...isolate(t)]),
  documents: pgTable('documents', schema.documentColumns(), (t) => [...isolate(t)]),
  memberships: pgTable('memberships', schema.membershipColumns(), (t) => [
    ...isolate(t, { key: [t.userId] }),
  ]),
  invitations: pgTable('invitations', schema.invitationColumns(), (t) => [...isolate(t)]),
};

async function migrate(to: typeof limits | typeof without) {
  const shown = to === limits ? schema : uncounted;
  const { sections } = generate({ tenancy, schema: shown, features: [to] });
  await withClient(database.url, (client) =>
    runAll(
      client,
      sections.flatMap(({ statements }) => statements),
    ),
  );
}

test('a feature that leaves the definition is unknown, and finds its figures when it is back', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await limits.consume(pool, 'apiCalls', 60, { key: 'k' });
    await limits.reserve(pool, 'apiCalls', 10, { key: 'r', expiresInSeconds: 60 });
    await pool.query(
      "insert into documents (title) select 'd' from generate_series(1, 10) returning organization_id",
    );
  });
  await migrate(without);
  await database.in(acme, async () => {
    expect(await failure(limits.consume(pool, 'apiCalls'))).toMatchObject({
      code: 'FEATURE_UNKNOWN',
    });
    // what was taken can still be given back
    await limits.release(pool, 'apiCalls', { key: 'r' });
    // nobody counts these any more
    await pool.query(
      "insert into documents (title) select 'd' from generate_series(1, 5) returning organization_id",
    );
    expect((await without.usage(pool)).map(({ feature }) => feature)).toEqual([
      'credits',
      'projects',
    ]);
  });
  expect(await database.system(() => without.drift(pool))).toEqual([]);
  expect(await database.system(() => without.upkeep(pool))).toMatchObject({ done: true });
  await migrate(limits);
  await database.in(acme, async () => {
    expect(await limits.explain(pool, 'apiCalls')).toMatchObject({ used: 60, limit: 100 });
    expect(await limits.consume(pool, 'apiCalls', 60, { key: 'k' })).toMatchObject({
      replayed: true,
    });
    expect(await limits.explain(pool, 'documents')).toMatchObject({ used: 15, limit: 10 });
  });
});

test('the section of counts, when it alone is written again, leaves what notices a lowered limit', async () => {
  await migrate(limits);
  const triggers = () =>
    database.ask(
      `select tgrelid::regclass::text as on, tgname from pg_trigger where tgname like 'tenantry%' order by 1, 2`,
    );
  const before = await triggers();
  expect(before).toContainEqual({ on: 'plan_features', tgname: 'tenantry_limit_changed' });
  const { sections } = generate({ tenancy, schema, features: [limits] });
  const counts = sections.find(({ id }) => id === 'plan-limits:counts');
  await withClient(database.url, (client) => runAll(client, counts?.statements ?? []));
  expect(await triggers()).toEqual(before);
});
