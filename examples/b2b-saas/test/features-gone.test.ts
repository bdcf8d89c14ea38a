import {
  generate,
  missing,
  readMigrations,
  removeFirst,
  removeLast,
  renderMigration,
} from '@tenantry/rls/generate';
import { applySchema, runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import * as schema from '../src/schema.ts';
import config from '../tenantry.config.ts';

test('features that leave the configuration take their triggers and functions along', async () => {
  const { url } = await testDatabase();
  const { foundation, sections } = await applySchema(url, { ...config, schema });
  const migrated = readMigrations([
    { name: 'all', text: renderMigration([foundation, ...sections]) },
  ]);
  const features = config.features?.filter(({ name }) => name === 'rbac') ?? [];
  const now = generate({ ...config, features, schema });
  const lacks = missing([now.foundation, ...now.sections], migrated);
  expect(lacks.kept).toContain('table tenantry.audit_seals');
  await withClient(url, async (client) => {
    await runAll(client, [
      ...removeFirst(lacks.gone),
      ...lacks.sections.flatMap(({ statements }) => statements),
      ...removeLast(lacks.gone),
    ]);
    const { rows } = await client.query(`
      select 'function ' || proname as left_behind from pg_proc
        where pronamespace = 'tenantry'::regnamespace and proname ~ '^(audit|limit|billing)_'
      union all
      select 'trigger ' || tgname from pg_trigger
        where not tgisinternal and tgname ~ '^tenantry_(audit|limit|billing)'`);
    expect(rows).toEqual([]);
    // nothing of them is asked; that an organization has an owner is asked at the end of the transaction
    await client.query('begin');
    await client.query("insert into organizations (name, slug) values ('Acme', 'acme')");
    await client.query('rollback');
  });
});
