import { drizzle } from 'drizzle-orm/node-postgres';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, matchesText } from '../../src/index.ts';
import { documents, events, letters } from '../fixtures/search-schema.ts';
import { undone } from '../support/scope.ts';
import { acme, as, globex, preferIndexes, searchDatabase } from './support.ts';

const { root, pool } = await searchDatabase();
const db = drizzle(pool as never);

/** Calls the function itself, as somebody does who can run any SQL in a scope. */
const called = async (tenant: { id: string }, query: string): Promise<number> => {
  const { values, text } = matchesText(letters.body, query);
  const [, call = ''] = /any\(\(select (.*)\)::tid\[\]\)/.exec(text) ?? [];
  const { rows } = await as(tenant, () =>
    pool.query(`select coalesce(cardinality(${call}), 0) as found`, [...values]),
  );
  return rows[0].found as number;
};

const letter = (tenant: { id: string }, body: string, number = 1, secret = false) =>
  root.query(
    'insert into letters (organization_id, body, number, secret) values ($1, $2, $3, $4)',
    [tenant.id, body, number, secret],
  );

describe('rows of another tenant are never found', () => {
  const character = fc.constantFrom('a', 'b', 'A', '%', '_', '\\', ' ', "'", '"', '🎉', '\n', '.');
  const text = fc.string({ unit: character, maxLength: 12 });
  const rows = fc.array(fc.record({ ours: fc.boolean(), body: text, secret: fc.boolean() }), {
    maxLength: 12,
  });

  test('whatever the texts are, the function and the statement find what plain JavaScript finds', async () => {
    await fc.assert(
      fc.asyncProperty(rows, text, fc.boolean(), async (all, query, byIndex) => {
        await root.query('delete from letters');
        for (const [i, { ours, body, secret }] of all.entries()) {
          await letter(ours ? acme : globex, body, i, secret);
        }
        const wanted = all
          .flatMap(({ ours, body, secret }, i) =>
            ours &&
            !secret &&
            query.trim() !== '' &&
            body.toLowerCase().includes(query.toLowerCase())
              ? [i]
              : [],
          )
          .sort();
        await preferIndexes(root, byIndex);
        const found = await as(acme, () =>
          db.select({ n: letters.number }).from(letters).where(matches(letters.body, query)),
        );
        expect(found.map(({ n }) => n).sort()).toEqual(wanted);
        expect(await called(acme, query)).toBe(wanted.length);
      }),
      { numRuns: 60 },
    );
    await preferIndexes(root, false);
  });

  test.each([
    [documents.title, 'Secret'],
    [documents.body, 'plan'],
    [documents.words, 'plan'],
    [documents.meta, { of: 'globex' }],
    [documents.email, 'CEO@globex.com'],
  ])('by any kind of search (%#)', async (column, query) => {
    await root.query('delete from documents');
    await root.query(
      `insert into documents (organization_id, title, body, meta, email)
        values ($1, 'A secret', 'The plan', '{"of":"globex"}', 'ceo@globex.com')`,
      [globex.id],
    );
    const { text, values } = matchesText(column, query);
    const found = (tenant: { id: string }) =>
      as(tenant, async () => {
        const call = text.slice(text.indexOf('any((') + 5, text.indexOf(')::tid'));
        const [direct, through] = await Promise.all([
          pool.query(`${call}`, [...values]),
          pool.query(`select from documents where ${text}`, [...values]),
        ]);
        const [places] = Object.values(direct.rows[0] as object);
        return [places === null ? 0 : 1, through.rowCount];
      });
    expect(await found(acme)).toEqual([0, 0]);
    expect(await found(globex)).toEqual([1, 1]); // the control
  });
});

test('without a scope nothing is searched', async () => {
  const { text, values } = matchesText(letters.body, 'a');
  await expect(pool.query(`select from letters where ${text}`, [...values])).rejects.toMatchObject({
    code: 'TENANT_CONTEXT_MISSING',
  });
  await undone(root, async () => {
    await root.query('set local role app');
    await expect(root.query(`select from letters where ${text}`, [...values])).rejects.toThrow(
      'invalid input syntax for type uuid: "no tenant in this transaction"',
    );
  });
});

test('the condition of isolate(t, { read }) holds, in the function too, and first counts what is seen', async () => {
  await root.query('delete from letters');
  for (let i = 0; i < 10; i++) await letter(acme, 'a letter', i, i >= 5);
  expect(await called(acme, 'letter')).toBe(5);
  const rows = await as(acme, () =>
    db
      .select({ n: letters.number })
      .from(letters)
      .where(matches(letters.body, 'letter', { first: 2 })),
  );
  expect(rows.map(({ n }) => n).sort()).toEqual([3, 4]);
});

test('a policy that somebody added by hand holds', async () => {
  await root.query('delete from letters');
  for (let i = 0; i < 4; i++) await letter(acme, 'a letter', i);
  await root.query(
    'create policy even on letters as restrictive for select to app using (number % 2 = 0)',
  );
  const rows = await as(acme, () =>
    db.select({ n: letters.number }).from(letters).where(matches(letters.body, 'letter')),
  );
  await root.query('drop policy even on letters');
  expect(rows.map(({ n }) => n).sort()).toEqual([0, 2]);
});

test('only the roles of the tenancy may call it; its owner cannot log in', async () => {
  const { rows } = await root.query(`
    select p.proname as name, p.prosecdef, p.proowner::regrole::text as owner, r.rolcanlogin, p.proconfig,
      has_function_privilege('app', p.oid, 'execute') as app, p.proacl::text ~ '[{,]=X' as public
    from pg_proc p join pg_roles r on r.oid = p.proowner
    where p.pronamespace = 'tenantry'::regnamespace and p.proname like 'search%'`);
  expect(rows).toHaveLength(11);
  for (const { name, ...row } of rows) {
    const planned = /^search_(letters|events)/.test(name)
      ? ['plan_cache_mode=force_custom_plan']
      : ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_sort=off', 'jit=off'];
    expect(row).toEqual({
      prosecdef: true,
      owner: 'system',
      rolcanlogin: false,
      proconfig: ['search_path=pg_catalog, pg_temp', ...planned],
      app: true,
      public: false,
    });
  }
});

test('a partitioned table finds rows by their id', async () => {
  await undone(root, async () => {
    const { rows } = await root.query(
      `select pg_get_functiondef(oid) as sql from pg_proc where proname like 'search\\_events%'`,
    );
    expect(rows[0].sql).not.toContain('only "public"."events"');
  });
  await root.query(`
    alter table events rename to events_old;
    create table events (like events_old including defaults, primary key (organization_id, id)) partition by hash (id);
    create table events_0 partition of events for values with (modulus 2, remainder 0);
    create table events_1 partition of events for values with (modulus 2, remainder 1);
    alter table events enable row level security; alter table events force row level security;
    create policy own on events to app using (organization_id = (select tenantry.current_tenant()));
    create policy through on events to system using (true);
    grant select on events to app, system;`);
  const bodies = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 'an apple' : 'a pear'));
  for (const tenant of [acme, globex]) {
    for (const body of bodies) {
      await root.query('insert into events (organization_id, body) values ($1, $2)', [
        tenant.id,
        body,
      ]);
    }
  }
  const rows = await as(acme, () => db.select().from(events).where(matches(events.body, 'apples')));
  expect(rows.map(({ body, organizationId }) => [body, organizationId])).toEqual(
    Array.from({ length: 10 }, () => ['an apple', acme.id]),
  );
});
