import { TenantryError } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { fixture } from './fixtures/schema.ts';
import type { Mutation } from './mutations.ts';
import { type Fixture, withPool } from './support.ts';

/** The schema that is broken. */
export const mutant = fixture('mutant_app', 'mutant_system');

const ignore = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
  { rule: 'primary-key-without-tenant', object: 'invoices.*', reason: 'it was there before' },
];

/** What doctor finds. */
export const examine = (url: string, { tenancy, schema }: Fixture = mutant) => {
  const directory = { tenant: schema.organizations.id, member: schema.memberships.userId };
  return withClient(url, (client) => diagnose(client, { tenancy, schema, directory, ignore }));
};

/** The SQL of a mutation, with the names of this test. */
const named = (sql: string, url: string) =>
  sql
    .replace(/\bdatabase database\b/g, `database ${new URL(url).pathname.slice(1)}`)
    .replace(/\b(to|from|role) (app|system|anon)(_owner)?\b/g, '$1 mutant_$2$3')
    .replace(/\b(role|by|grant|revoke|owner to) (app|system|anon)(_owner)?\b/g, '$1 mutant_$2$3');

/** Runs `fn` while a mutation stands. */
export async function broken(
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
export async function attacks(url: string): Promise<string[]> {
  try {
    await withPool(url, mutant, (pool) => expectIsolated({ pool, ...mutant, disposable: true }));
    return [];
  } catch (error) {
    if (!TenantryError.is(error, 'ISOLATION_BROKEN')) throw error;
    const [, leaks = ''] = /\nLeaks\n((?: {2}.*\n)*)/.exec(error.message) ?? [];
    return leaks.split('\n').map((line) => / (?:[^:]*): (.+) reached /.exec(line)?.[1] ?? '');
  }
}
