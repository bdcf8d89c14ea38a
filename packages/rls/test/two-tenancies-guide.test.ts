import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import {
  boards,
  both,
  invoices,
  organizations,
  pools,
  workspaces,
} from './fixtures/two-tenancies-guide.ts';
import { acme, globex } from './support/seed.ts';

const guide = fileURLToPath(new URL('../../../docs/guides/two-tenancies.md', import.meta.url));

test('the code of the guide does what the guide says', async () => {
  for (const region of ['tenancies', 'table', 'pools', 'scopes']) {
    expect(readFileSync(guide, 'utf8')).toContain(
      `<<< ../../packages/rls/test/fixtures/two-tenancies-guide.ts#${region}`,
    );
  }
  const { url } = await testDatabase();
  await applySchema(url, { tenancy: organizations, schema: { invoices } });
  await applySchema(url, { tenancy: workspaces, schema: { boards } });
  await withClient(url, (client) =>
    client.query(
      `insert into invoices (organization_id, title) values ($1, 'March'), ($2, 'Not ours')`,
      [acme.id, globex.id],
    ),
  );
  const given = pools({
    organizations: (await createLogins(url, organizations)).app,
    workspaces: (await createLogins(url, workspaces)).app,
  });
  const { organizationPool, workspacePool } = given;
  const workspace = '00000000-0000-4000-8000-000000000077';
  await both(given, [acme.id, workspace]);
  const titles = async (of: string) =>
    workspaces.run(of, async () => (await workspacePool.query('select title from boards')).rows);
  expect(await titles(workspace)).toEqual([{ title: 'March' }]);
  // the same id is another tenant in the other tenancy
  expect(await titles(acme.id)).toEqual([]);
  await organizations.run(acme.id, async () => {
    await expect(organizationPool.query('select from boards')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(workspacePool.query('select from boards')).rejects.toMatchObject({
      code: 'TENANT_CONTEXT_MISSING',
    });
    await expect(workspaces.run(workspace, async () => 1)).rejects.toMatchObject({
      code: 'TENANT_SWITCH_REFUSED',
    });
  });
  await organizationPool.end();
  await workspacePool.end();
});
