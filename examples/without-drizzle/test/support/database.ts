import { readFile } from 'node:fs/promises';
import { applyTables, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll } from 'vitest';
import { openPool } from '../../src/database.ts';
import { features } from '../../src/features.ts';
import { tenancy } from '../../src/tenancy.ts';
import { tables } from '../../tables.ts';

const ownTables = new URL('../../migrations/0001_tables.sql', import.meta.url);

/** What tenantry.config.ts says. */
export const application = {
  tenancy,
  tables,
  directory: {
    tenant: 'organizations.id',
    claims: { slug: 'organizations.slug' },
    member: 'memberships.user_id',
  },
  features,
};

/** A database with the application's own migrations, and what `tenantry generate` writes for them. */
export async function exampleDatabase() {
  const database = await testDatabase({
    key: 'without-drizzle',
    migrate: async (url) => {
      const sql = await readFile(ownTables, 'utf8');
      await withClient(url, (client) => client.query(sql));
      await applyTables(url, application);
    },
  });
  const logins = await createLogins(database.url, tenancy);
  const pool = openPool({ url: logins.app, systemUrl: logins.system });
  afterAll(() => pool.end());
  const ask = (text: string) =>
    withClient(database.url, async (client) => (await client.query(text)).rows);
  return { url: database.url, logins, pool, ask };
}

export type ExampleDatabase = Awaited<ReturnType<typeof exampleDatabase>>;
