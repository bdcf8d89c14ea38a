import { defineTenancy } from '@tenantry/core';
import type { PreviousTenancy } from '@tenantry/core/sql';
import { defineIsolation } from '@tenantry/rls';
import { generate, readMigrations, rolloutNotes } from '@tenantry/rls/generate';
import { withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { History } from '../support/history.ts';
import { sqlState } from '../support/scope.ts';

const acme = '00000000-0000-4000-8000-000000000001';
const secret = 'a context secret of more than 32 characters';

function application(
  options: {
    readonly context?: 'plain' | 'signed';
    readonly app?: string;
    readonly system?: string;
  },
  previous: PreviousTenancy = {},
) {
  const { context = 'plain', app = 'app', system = 'system' } = options;
  const tenancy = defineTenancy({
    tenant: 'organization',
    id: 'uuid',
    context,
    roles: { app, system },
  });
  const { isolate } = defineIsolation(tenancy);
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text() },
    (t) => [...isolate(t)],
  );
  return { tenancy, schema: { projects }, previous };
}

/** A client of one version of the code, as it adds a row and reads all of its tenant. */
const work = (url: string, role: string, context: 'plain' | 'signed') =>
  withClient(url, async (client) => {
    await client.query('begin');
    await client.query("select set_config('role', $1, true)", [role]);
    await client.query(
      context === 'signed'
        ? 'select tenantry.sign_context($1, $2)'
        : "select set_config('app.organization_id', $1, true), $2::text",
      [acme, secret],
    );
    await client.query("insert into projects (name) values ('x')");
    const { rowCount } = await client.query('select from projects');
    await client.query('commit');
    return rowCount;
  });

describe('the roles change while old code runs', () => {
  const old = application({});
  const both = application(
    { app: 'web_of_rollout', system: 'ops_of_rollout' },
    { roles: { app: 'app', system: 'system' } },
  );
  const next = application({ app: 'web_of_rollout', system: 'ops_of_rollout' });

  test('both work, until the old ones are taken out; then they fail with an error', async () => {
    const history = await History.begin();
    await history.step(old);
    await history.step(both);
    expect(await work(history.url, 'app', 'plain')).toBe(1);
    expect(await work(history.url, 'web_of_rollout', 'plain')).toBe(2);
    await history.step(next);
    expect(await work(history.url, 'web_of_rollout', 'plain')).toBe(3);
    expect(await sqlState(work(history.url, 'app', 'plain'))).toBe('42501');
    expect(await history.differences()).toEqual([]);
    await history.step(both); // and back again
    expect(await work(history.url, 'app', 'plain')).toBe(4);
    await history.step(next);
  });

  test('and generate says in which order', async () => {
    const history = await History.begin();
    await history.write(old);
    const notes = (to: typeof old) => {
      const { foundation, sections } = generate(to);
      return rolloutNotes([foundation, ...sections], readMigrations(history.files));
    };
    expect(notes(both).join()).toContain('code that takes on role app works until');
    expect(notes(next).join()).toContain("previous: { roles: { app: 'app' } }");
    expect(notes(old)).toEqual([]);
  });
});

describe('the context becomes signed while old code runs', () => {
  const old = application({});
  const both = application({ context: 'signed' }, { context: 'plain' });
  const next = application({ context: 'signed' });

  test('both work, until the plain one is taken out; then it fails with an error', async () => {
    const history = await History.begin();
    await history.step(old);
    await history.step(both);
    await withClient(history.url, (client) =>
      client.query('select tenantry.set_context_secret($1)', [secret]),
    );
    expect(await work(history.url, 'app', 'plain')).toBe(1);
    expect(await work(history.url, 'app', 'signed')).toBe(2);
    await history.step(next);
    expect(await work(history.url, 'app', 'signed')).toBe(3);
    expect(await sqlState(work(history.url, 'app', 'plain'))).toBe('28000');
    expect(await history.differences()).toEqual([]);
  });

  test('and back by the same way', async () => {
    const history = await History.begin();
    await history.step(next);
    await history.step(both);
    expect(await work(history.url, 'app', 'plain')).toBe(1);
    await history.step(old);
    expect(await work(history.url, 'app', 'plain')).toBe(2);
  });

  test('and generate says in which order', async () => {
    const history = await History.begin();
    await history.write(old);
    const { foundation, sections } = generate(next);
    const notes = rolloutNotes([foundation, ...sections], readMigrations(history.files));
    expect(notes.join()).toContain("set previous: { context: 'plain' }");
  });
});
