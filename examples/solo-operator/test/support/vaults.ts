import { randomBytes } from 'node:crypto';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { loginUrls, prepareDatabase } from '../../src/prepare.ts';
import { tenancy } from '../../src/tenancy.ts';

export const newWrappingKey = (): string => randomBytes(32).toString('base64');

/** A database with two businesses, whose vaults are empty. */
export async function vaults() {
  const { url } = await testDatabase({
    key: 'solo-operator',
    migrate: (empty: string) => prepareDatabase(empty, 'a password of the tests'),
  });
  const urls = loginUrls(url, 'a password of the tests');
  const { db, pool } = openDatabase(urls);
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  afterAll(() => Promise.all([pool.end(), admin.end()]));
  const ask = async (text: string, values?: unknown[]): Promise<Record<string, string>[]> =>
    (await admin.query<Record<string, string>>(text, values)).rows;
  await ask(`
    insert into businesses (id, name, slug, plan) values
      ('studio', 'Marlow Studio', 'marlow', 'pro'), ('bakery', 'Ines Web Bakery', 'ines', 'pro');
    insert into users (id, name, email) values ('mira', 'Mira', 'mira@marlow.example'), ('ines', 'Ines', 'ines@bakery.example');
    insert into memberships (business_id, user_id, role) values ('studio', 'mira', 'owner'), ('bakery', 'ines', 'owner')`);
  const people = { studio: 'mira', bakery: 'ines' };
  return {
    db,
    urls,
    /** The owner of the database, whom no policy binds. */
    admin,
    ask,
    /** Runs work as the owner of a business, as a request does. */
    as: <T>(business: keyof typeof people, work: () => Promise<T>): Promise<T> =>
      pool.enter({ claim: { by: 'id', value: business }, user: people[business] }, work),
    /** Runs work as an operator, across businesses. */
    asOperator: <T>(work: () => Promise<T>): Promise<T> =>
      tenancy.asSystem({ reason: 'rotate keys', actor: 'operator', write: true }, work),
    /** Entries of the audit log, the oldest first. */
    entries: (action: string) =>
      ask('select * from audit_logs where action = $1 order by created_at, id', [action]),
  };
}
