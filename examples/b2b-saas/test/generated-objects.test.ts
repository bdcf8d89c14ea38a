import { generatedObjects } from '@tenantry/rls/generate';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import * as schema from '../src/schema.ts';
import config from '../tenantry.config.ts';

const application = { ...config, schema };
const database = await testDatabase({
  key: 'b2b-saas-objects',
  migrate: async (url) => {
    await applySchema(url, application);
  },
});

test('every function and trigger of all features is known to have been made', async () => {
  const known = generatedObjects(application)
    .filter(({ kind }) => kind === 'function' || kind === 'trigger')
    .map(({ kind, schema, relation, name }) =>
      [kind, schema, relation, name].filter(Boolean).join(' '),
    );
  const found = await withClient(database.url, async (client) => {
    const { rows } = await client.query<{ title: string }>(`
      select format('function %s %s(%s)', n.nspname, p.proname,
        (select coalesce(string_agg(format_type(t, null), ', ' order by i), '') from unnest(p.proargtypes) with ordinality a (t, i))) as title
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'tenantry'
      union all
      select format('trigger %s %s %s', n.nspname, c.relname, t.tgname)
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not t.tgisinternal and t.tgparentid = 0 and not c.relispartition`);
    return rows.map(({ title }) => title);
  });
  expect(known.sort()).toEqual(found.sort());
});
