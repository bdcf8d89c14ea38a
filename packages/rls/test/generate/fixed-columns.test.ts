import { withClient } from '@tenantry/testing/schema';
import { integer, numeric, type PgColumnBuilderBase, pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { isolate, tenancy } from '../fixtures/schema.ts';
import { History } from '../support/history.ts';
import { sqlState } from '../support/scope.ts';
import { acme } from '../support/seed.ts';

// A right to update a fixed column is at no time without the trigger, whoever runs the migrations how.

const breakpoint = '--> statement-breakpoint';

const application = (
  spent: PgColumnBuilderBase | undefined,
  access: 'all' | 'read' = 'all',
  isReadOnly = true,
) => {
  const projects = pgTable(
    'projects',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      name: text(),
      ...(spent && { spent }),
    },
    (t) => {
      const { spent: column } = t as unknown as { spent?: never };
      return [...isolate(t, { access, readOnly: column && isReadOnly ? [column] : [] })];
    },
  );
  return { tenancy, schema: { projects } };
};

/** What of the columns of a row a tenant can change now, each try taken back. */
async function changeable(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    `select attname as name from pg_attribute where attrelid = 'projects'::regclass and attnum > 0 and not attisdropped`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const value =
      { organization_id: 'gen_random_uuid()', id: 'gen_random_uuid()' }[name as 'id'] ?? '7';
    await client.query('begin');
    await client.query(
      `select set_config('role', 'app', true), set_config('app.organization_id', '${acme.id}', true)`,
    );
    if ((await sqlState(client.query(`update projects set ${name} = ${value}`))) === 'none')
      found.push(name);
    await client.query('rollback');
  }
  return found;
}

/** Runs files statement by statement, each a transaction of its own, and looks behind every one. */
async function watched(
  history: History,
  files: readonly { readonly text: string }[],
): Promise<Set<string>> {
  const seen = new Set<string>();
  await withClient(history.url, async (client) => {
    for (const { text } of files) {
      for (const statement of text.split(breakpoint)) {
        await client.query(statement);
        for (const column of await changeable(client)) seen.add(column);
      }
    }
  });
  return seen;
}

const row = (history: History) =>
  withClient(history.url, (client) =>
    client.query(`insert into projects (organization_id) values ('${acme.id}')`),
  );

test('a database from before takes the trigger first and the rights then', async () => {
  const history = await History.begin();
  const files = await history.write(application(integer()));
  // as it was written until now
  const old = files.map(({ name, text: now }) => ({
    name,
    text: now
      .replaceAll(/-- tenantry:section (foundation|table:\S+) \S+/g, '-- tenantry:section $1 0')
      .replaceAll('refuse_column_change', 'refuse_tenant_change')
      .replace(
        /create or replace trigger[^;]*;/,
        `create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."projects"
          for each row when (old."organization_id" is distinct from new."organization_id")
          execute function tenantry.refuse_tenant_change();`,
      )
      .replace(/update \("[^)]*\)/, 'update ("name")'),
  }));
  history.files.splice(0, history.files.length, ...old);
  await history.apply(old);
  await row(history);
  expect(old.map(({ text: each }) => each).join()).not.toContain('0_tenantry');
  const next = await history.write(application(integer()));
  expect(next.length).toBeGreaterThan(0);
  expect([...(await watched(history, next))]).toEqual(['name']);
  expect(await history.differences()).toEqual([]);
  await withClient(history.url, async (client) => {
    const { rows } = await client.query(
      `select tgname as name from pg_trigger where tgrelid = 'projects'::regclass and not tgisinternal
       union all select proname from pg_proc where proname ~ 'refuse'`,
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([
      '0_tenantry_refuse_column_change',
      'refuse_column_change',
    ]);
  });
});

test.each([
  ['takes another type', application(numeric())],
  ['goes', application(undefined)],
  ['is written by the system role alone, like the rest', application(integer(), 'read')],
])('a read-only column %s', async (_, next) => {
  const history = await History.begin();
  await history.step(application(integer()));
  await row(history);
  const files = await history.write(next);
  const seen = await watched(history, files);
  seen.delete('name');
  expect([...seen]).toEqual([]);
  expect(await history.differences()).toEqual([]);
});

test('a column becomes read-only, and is no longer', async () => {
  const history = await History.begin();
  await history.step(application(integer(), 'all', false));
  await row(history);
  await watched(history, await history.write(application(integer())));
  expect(await withClient(history.url, changeable)).toEqual(['name']);
  await watched(history, await history.write(application(integer(), 'all', false)));
  expect(await withClient(history.url, changeable)).toEqual(['name', 'spent']);
  expect(await history.differences()).toEqual([]);
});
