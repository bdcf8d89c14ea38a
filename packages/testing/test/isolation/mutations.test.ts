import { TenantryError } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { testServer } from '@tenantry/testing/vitest';
import { describe, expect, test } from 'vitest';
import { fixture } from './fixtures/schema.ts';
import { type Mutation, mutations } from './mutations.ts';
import { fixtureDatabase, withPool } from './support.ts';

// A good schema, broken in every way that is known; each must be noticed.
// pnpm test:mutations      on PostgreSQL 15, 16, 17 and 18
// pnpm test:mutations 17   on one of them

const parts = fixture('mutant_app', 'mutant_system');
const { tenancy, schema } = parts;

const ignore = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
  { rule: 'primary-key-without-tenant', object: 'invoices.*', reason: 'it was there before' },
];
const directory = { tenant: schema.organizations.id, member: schema.memberships.userId };
const examine = (url: string) =>
  withClient(url, (client) => diagnose(client, { tenancy, schema, directory, ignore }));

/** The SQL of a mutation, with the names of this test. */
const named = (sql: string, url: string) =>
  sql
    .replace(/\bdatabase database\b/g, `database ${new URL(url).pathname.slice(1)}`)
    .replace(/\b(to|from|role) (app|system|anon)(_owner)?\b/g, '$1 mutant_$2$3')
    .replace(/\b(role|by|grant|revoke|owner to) (app|system|anon)(_owner)?\b/g, '$1 mutant_$2$3');

test('the schema as it is gives no finding, and holds', async () => {
  const { url } = await fixtureDatabase(parts);
  expect((await examine(url)).findings).toEqual([]);
  const report = await withPool(url, parts, (pool) => expectIsolated({ pool, tenancy, schema }));
  expect(report.leaks).toEqual([]);
});

test('there are more than 40 ways, and each has a name of its own', () => {
  expect(mutations.length).toBeGreaterThan(40);
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
});

describe('noticed:', async () => {
  const major = await majorVersion((await testServer()).url);
  const known = mutations.filter(({ from = major }) => from <= major);

  test.each(known)('$name', async (mutation) => {
    const { url } = await fixtureDatabase(parts);
    await broken(url, mutation, async () => {
      const { findings } = await examine(url);
      expect(findings.map(({ rule }) => rule)).toContain(mutation.rule);
      if (mutation.refusal !== undefined) {
        await expect(attacks(url)).rejects.toMatchObject({ code: mutation.refusal });
      }
      if (mutation.attack !== undefined) expect(await attacks(url)).toContain(mutation.attack);
    });
  });
});

async function broken(
  url: string,
  { sql, undo }: Mutation,
  fn: () => Promise<void>,
): Promise<void> {
  await withClient(url, (client) => client.query(named(sql, url)));
  try {
    await fn();
  } finally {
    if (undo !== undefined) await withClient(url, (client) => client.query(named(undo, url)));
  }
}

/** The attacks that reached rows. */
async function attacks(url: string): Promise<string[]> {
  try {
    await withPool(url, parts, (pool) =>
      expectIsolated({ pool, tenancy, schema, disposable: true }),
    );
    return [];
  } catch (error) {
    if (!TenantryError.is(error, 'ISOLATION_BROKEN')) throw error;
    const [, leaks = ''] = /\nLeaks\n((?: {2}.*\n)*)/.exec(error.message) ?? [];
    return leaks.split('\n').map((line) => / (?:[^:]*): (.+) reached /.exec(line)?.[1] ?? '');
  }
}

const majorVersion = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as major",
    );
    return rows[0].major as number;
  });
