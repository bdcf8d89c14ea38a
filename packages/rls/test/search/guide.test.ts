import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTenantPool } from '@tenantry/core';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { documents, searchWith, tenancy } from '../fixtures/search-guide.ts';
import { acme, globex } from '../support/seed.ts';

const guide = fileURLToPath(new URL('../../../../docs/guides/search.md', import.meta.url));

test('the code of the guide does what the guide says', async () => {
  for (const region of ['schema', 'drizzle', 'pg']) {
    expect(readFileSync(guide, 'utf8')).toContain(
      `<<< ../../packages/rls/test/fixtures/search-guide.ts#${region}`,
    );
  }
  const { url } = await testDatabase({
    key: 'rls-search-guide',
    migrate: async (to) => {
      await withClient(to, (client) => client.query('create extension pg_trgm'));
      await applySchema(to, { tenancy, schema: { documents } });
    },
  });
  await withClient(url, async (client) => {
    for (const { id } of [acme, globex]) {
      await client.query(
        `insert into documents (organization_id, title, body, meta) select $1, 'Report ' || n, 'Cats and dogs', '{"n":1}' from generate_series(1, 60) n`,
        [id],
      );
    }
  });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  const { find, newest, titles } = searchWith(pool);
  await tenancy.run(acme.id, async () => {
    expect(await find('cat')).toHaveLength(60);
    expect(await newest('"cats and dogs"')).toHaveLength(50);
    expect((await titles('PORT 59')).rows).toEqual([{ title: 'Report 59' }]);
  });
  await pool.end();
});

test('without an extension that a kind needs, the migration says which', async () => {
  const { url } = await testDatabase();
  await expect(applySchema(url, { tenancy, schema: { documents } })).rejects.toThrow(
    'the search of documents.title needs the extension pg_trgm',
  );
});
