import { generate } from '@tenantry/rls/generate';
import { integer, pgSchema, pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import type { Feature } from '../../src/feature/index.ts';
import { application } from '../fixtures/application.ts';
import * as schema from '../fixtures/schema.ts';
import { applySchema } from '../support/apply.ts';
import { databaseWith, examine } from './support.ts';

const { tenancy } = schema;
const { url, client } = await databaseWith('');
await applySchema(url, application);
await client.query(`
  create schema pgboss; create table pgboss.job (id int, organization_id uuid); grant usage on schema pgboss to app; grant all on pgboss.job to app;
  create table sessions (id text primary key, data text); grant select, insert on sessions to app;
  create function pgboss.all_jobs() returns setof pgboss.job language sql security definer as 'select * from pgboss.job'`);
const exempt = { 'pgboss.*': 'the queue', sessions: 'of the auth library' };

const of = (objects: readonly { object: string }[], part: RegExp) =>
  objects.filter(({ object }) => part.test(object)).map(({ object }) => object);

test('tables of other libraries are findings until they are exempt, with a reason', async () => {
  const before = await examine(client, { tenancy, schema });
  expect(of(before.findings, /pgboss|sessions/).length).toBeGreaterThan(3);
  const after = await examine(client, { tenancy, schema, exempt });
  expect(of(after.findings, /pgboss|sessions/)).toEqual([]);
  expect(after.exempted).toEqual(
    expect.arrayContaining([
      { object: 'pgboss.job', reason: 'the queue' },
      { object: 'pgboss.all_jobs', reason: 'the queue' },
      { object: 'sessions', reason: 'of the auth library' },
    ]),
  );
  expect(after.staleExemptions).toEqual([]);
});

test('an exemption that names nothing any more is told, and one without a reason refused', async () => {
  const diagnosis = await examine(client, {
    tenancy,
    exempt: { ...exempt, jobs_old: 'gone since' },
  });
  expect(diagnosis.staleExemptions).toEqual(['jobs_old']);
  await expect(examine(client, { tenancy, exempt: { sessions: '' } })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});

test('a function that policies call is looked at wherever it stands', async () => {
  await client.query(`create function pgboss.who() returns uuid language sql immutable as $$ select current_setting('app.organization_id')::uuid $$;
    create policy p on projects as restrictive using (organization_id = pgboss.who())`);
  const { findings } = await examine(client, { tenancy, schema, exempt });
  await client.query('drop policy p on projects; drop function pgboss.who()');
  expect(of(findings, /pgboss/)).toContain('pgboss.who()');
});

test('generate writes nothing for a table that is exempt, and refuses any other without a fragment', () => {
  const job = pgSchema('pgboss').table('job', { id: integer() });
  const sessions = pgTable('sessions', { id: text() });
  const whole = { ...schema, job, sessions };
  expect(() => generate({ tenancy, schema: whole })).toThrow(
    /pgboss\.job, sessions|sessions, pgboss\.job/,
  );
  const { sections } = generate({ tenancy, schema: whole, exempt });
  expect(sections.filter(({ id }) => /pgboss|sessions/.test(id))).toEqual([]);
  // a table that says how it is kept apart is ours, whatever a pattern says
  const kept = generate({ tenancy, schema, exempt: { 'pro*': 'too wide' } });
  expect(kept.sections.map(({ id }) => id)).toContain('table:public.projects');
});

const feature = (doctor: Feature['doctor']): Feature => ({
  name: 'notes',
  sql: () => ({ sections: [] }),
  ...(doctor !== undefined && { doctor }),
});
const check = {
  id: 'notes-too-many',
  severity: 'warning' as const,
  title: 'There are few notes',
  find: async ({
    query,
    role,
    version,
  }: {
    query: (sql: string, values?: readonly unknown[]) => Promise<{ rows: unknown[] }>;
    role: string;
    version: number;
  }) => {
    const { rows } = await query('select $1::text as role', [role]);
    return [
      {
        object: 'notes',
        found: `${version > 150_000} ${JSON.stringify(rows)}.`,
        fix: 'Write less.',
        fixSql: ['select 1;'],
      },
    ];
  },
};

test('a feature brings checks of its own, which can be ignored like any other', async () => {
  const features = [feature([check])];
  const { findings } = await examine(client, { tenancy, features });
  expect(findings.find(({ rule }) => rule === 'notes-too-many')).toMatchObject({
    group: 'features',
    severity: 'warning',
    found: 'true [{"role":"app"}].',
    fixSql: ['select 1;'],
  });
  const ignore = [{ rule: 'notes-too-many', reason: 'we write a lot' }];
  const ignored = await examine(client, { tenancy, features, ignore });
  expect(ignored.ignored.map(({ rule }) => rule)).toContain('notes-too-many');
});

test('a check that fails, or tries to write, is told and stops no other', async () => {
  const failing = {
    ...check,
    id: 'notes-fails',
    find: async () => {
      throw new Error('no such view');
    },
  };
  const writing = {
    ...check,
    id: 'notes-writes',
    find: async ({ query }: { query: (sql: string) => Promise<{ rows: unknown[] }> }) => {
      await query('delete from notes');
      return [];
    },
  };
  const { findings, unseen } = await examine(client, {
    tenancy,
    features: [feature([failing, writing, check])],
  });
  expect(unseen).toEqual(
    expect.arrayContaining([
      'notes-fails: no such view',
      expect.stringMatching(/^notes-writes: .*read-only/),
    ]),
  );
  expect(findings.map(({ rule }) => rule)).toContain('notes-too-many');
});

test.each([
  ['rls-disabled', 'is not its own|is taken'],
  ['audit-lag', 'is not its own'],
])('a check with the id %s is refused', async (id, why) => {
  await expect(
    examine(client, { tenancy, features: [feature([{ ...check, id }])] }),
  ).rejects.toThrow(new RegExp(why));
});
