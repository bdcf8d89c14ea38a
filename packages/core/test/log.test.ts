import pino from 'pino';
import { expect, expectTypeOf, test } from 'vitest';
import { defineTenancy } from '../src/index.ts';
import { logFields } from '../src/log.ts';
import { acme, ada, bob, coreDatabase, globex, tenancy } from './support/database.ts';

const lines: Record<string, unknown>[] = [];
const log = pino(
  { base: null, timestamp: false, mixin: () => logFields(tenancy) },
  { write: (line) => lines.push(JSON.parse(line)) },
);

/** The fields that the scope adds to a line that is logged now. */
function logged(): Record<string, unknown> {
  log.info({ own: 1 }, 'a line');
  const { level, own, msg, ...fields } = lines.pop() ?? {};
  expect([level, own, msg]).toEqual([30, 1, 'a line']);
  return fields;
}

test('each line of pino has the tenant, the user and the request of its scope', async () => {
  const entry = {
    organizationId: acme,
    user: ada,
    onBehalfOf: bob,
    ip: '10.0.0.1',
    requestId: 'r1',
  };
  await tenancy.run(entry, async () => {
    const fields = { organizationId: acme, user: ada, onBehalfOf: bob, requestId: 'r1' };
    expect(logged()).toEqual(fields);
    await null;
    expect(logged()).toEqual(fields);
    expect(await tenancy.run(acme, logged)).toEqual(fields);
    const other = tenancy.outside(() => tenancy.run(globex, logged));
    expect(await other()).toEqual({ organizationId: globex });
    expect(logged()).toEqual(fields);
  });
});

test('outside of a scope, and in one of another tenancy, a line has nothing', async () => {
  expect(logged()).toEqual({});
  const workspaces = defineTenancy({ tenant: 'workspace', id: 'text', schema: 'workspaces' });
  expect(await workspaces.run('w1', logged)).toEqual({});
});

test('in system work a line has its actor and its reason', async () => {
  const entry = { reason: 'nightly sweep', actor: 'cron' };
  expect(await tenancy.asSystem(entry, logged)).toEqual({
    system: 'cron',
    reason: 'nightly sweep',
  });
  expect(await tenancy.asSystem(entry, () => tenancy.run(acme, logged))).toEqual({
    organizationId: acme,
  });
});

test('code that runs on after its scope still says whose it is', async () => {
  let late = logged;
  await tenancy.run(acme, () => {
    late = tenancy.bind(logged);
  });
  expect(late()).toEqual({ organizationId: acme });
});

test('a claim is no tenant before the database has verified it', async () => {
  const pool = (await coreDatabase()).pool();
  const claim = { by: 'slug', value: 'acme' };
  const entry = { claim, user: ada, verify: 'with-first-statement' } as const;
  await pool.enter(entry, async () => {
    expect(logged()).toEqual({ user: ada });
    await pool.query('select 1');
    expect(logged()).toEqual({ organizationId: acme, user: ada });
  });
});

test('the fields are typed by the word of the tenancy, and are new each time', async () => {
  await tenancy.run(acme, () => {
    const fields = logFields(tenancy);
    expectTypeOf(fields.organizationId).toEqualTypeOf<string | undefined>();
    expect(logFields(tenancy)).not.toBe(fields);
  });
});
