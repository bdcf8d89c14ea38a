import { defineTenancy } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { examine, lines } from '../doctor/support.ts';
import { applySchema } from '../support/apply.ts';
import { connect } from '../support/fixture.ts';
import { inContext, sqlState } from '../support/scope.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'integer' });
const { isolate } = defineIsolation(tenancy);
const notes = pgTable(
  'notes',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), body: text().notNull() },
  (t) => [...isolate(t)],
);
const schema = { notes };
const { url } = await testDatabase();
await applySchema(url, { tenancy, schema });
const root = await connect(url);
await root.query("insert into notes (organization_id, body) values (1, 'one'), (2, 'two')");

/** What the app role reads of a view in tenant 1, and what doctor says of it. */
async function look(view: string) {
  const as = { role: 'app', setting: 'app.organization_id', tenant: '1' };
  const read = () =>
    inContext(root, as, async () =>
      (await root.query(`select body from ${view} order by 1`)).rows.map(({ body }) => body),
    );
  const state = await sqlState(read());
  const found = lines(await examine(root, { tenancy, schema }));
  return { seen: state === 'none' ? await read() : state, found };
}

const invoker = 'with (security_invoker = true)';
const cases: Record<string, readonly [sql: string, seen: unknown, found: readonly string[]]> = {
  'a view that asks as its reader': [
    `create view v ${invoker} as select * from notes; grant select on v to app`,
    ['one'],
    [],
  ],
  'a view that asks as its owner': [
    'create view v as select * from notes; grant select on v to app',
    ['one', 'two'],
    ['view-reads-as-owner v'],
  ],
  'a view over one that asks as its reader': [
    `create view inside ${invoker} as select * from notes; create view v as select * from inside;
      grant select on v to app`,
    ['one'],
    [],
  ],
  'a view that asks as its reader, over one that nobody may read': [
    `create view inside as select * from notes; create view v ${invoker} as select * from inside;
      grant select on v to app`,
    '42501',
    [],
  ],
  'a copy that is open': [
    'create materialized view v as select * from notes; grant select on v to app',
    ['one', 'two'],
    ['materialized-view v'],
  ],
  'a copy of a view': [
    `create view inside ${invoker} as select * from notes;
      create materialized view v as select * from inside; grant select on v to app`,
    ['one', 'two'],
    ['materialized-view v'],
  ],
  'a view over a copy that is closed': [
    `create materialized view inside as select * from notes; create view v as select * from inside;
      grant select on v to app`,
    ['one', 'two'],
    ['view-reads-as-owner v'],
  ],
  'a copy that is closed': ['create materialized view v as select * from notes', '42501', []],
};

test.each(Object.entries(cases))('%s', async (_, [sql, seen, found]) => {
  await root.query(sql);
  const looked = await look('v');
  await root.query(`do $$ declare each text; begin
    for each in select format('drop %s if exists public.%I cascade', case relkind when 'm' then 'materialized view' else 'view' end, relname)
      from pg_class where relname in ('v', 'inside') loop execute each; end loop; end $$`);
  expect(looked.seen).toEqual(seen);
  expect(looked.found.filter((each) => /^(view|materialized)/.test(each))).toEqual(found);
});
