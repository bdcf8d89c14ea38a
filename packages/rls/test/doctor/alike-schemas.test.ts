import { defineTenancy } from '@tenantry/core';
import { applySchema } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { databaseWith, examine, lines } from './support.ts';

// The schema of one tenancy ends with the name of another's: old_tenantry and tenantry.

const ours = defineTenancy({
  tenant: 'team',
  id: 'text',
  schema: 'old_tenantry',
  context: 'signed',
});
const theirs = defineTenancy({
  tenant: 'workspace',
  id: 'text',
  schema: 'tenantry',
  roles: { app: 'their_app', system: 'their_system' },
});
const notes = (of: typeof ours | typeof theirs, name: string) =>
  pgTable(name, { ...of.columns.scoped(), id: of.columns.id(), body: text() }, (t) => [
    ...defineIsolation(of as typeof ours).isolate(t as never),
  ]);

const { url, client } = await databaseWith('');
await applySchema(url, { tenancy: ours, schema: { notes: notes(ours, 'notes') } });
await applySchema(url, { tenancy: theirs, schema: { boards: notes(theirs, 'boards') } });

test('a table of ours is not taken for one of theirs', async () => {
  await client.query('create policy loose on notes to app using (true)');
  expect(lines(await examine(client, { tenancy: ours })).join('\n')).toMatch(/notes/);
  // theirs is left to doctor with their configuration
  expect(lines(await examine(client, { tenancy: ours })).join('\n')).not.toMatch(/boards/);
  await client.query('drop policy loose on notes');
});

test('a policy that asks the other tenancy is foreign', async () => {
  await client.query(
    'create policy foreign_context on boards to their_app using (workspace_id = old_tenantry.current_tenant())',
  );
  expect(lines(await examine(client, { tenancy: theirs }))).toContain(
    'policy-foreign-context boards.foreign_context',
  );
});
