import { applySchema } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import * as schema from '../fixtures/search-schema.ts';
import { extensions } from '../search/support.ts';
import { databaseWith, examine, lines } from './support.ts';

const { tenancy } = schema;
const { url, client } = await databaseWith(extensions);
await applySchema(url, { tenancy, schema });

test('searches as generated give no finding, with the Drizzle schema and without', async () => {
  expect(lines(await examine(client, { tenancy, schema }))).toEqual([]);
  expect(lines(await examine(client, { tenancy }))).toEqual([]);
});

test.each([
  ['title', 'gin (title gin_trgm_ops)', false],
  ['another column', 'gin (meta, organization_id, title gin_trgm_ops)', false],
  ['a column that is not searched', "gin (to_tsvector('english', id::text))", true],
  ['a column of letters', 'btree (organization_id, created_at)', false],
])('an index is served when a function searches by its column: %s', async (_, index, found) => {
  await client.query(`create index probe on documents using ${index}`);
  const findings = lines(await examine(client, { tenancy, schema }));
  await client.query('drop index probe');
  expect(findings).toEqual(found ? ['search-not-leakproof documents.probe'] : []);
});

test.each([
  ['text', "gin (to_tsvector('english', body))", "body: { fullText: 'english' }"],
  ['text', 'gin (body gin_trgm_ops)', "body: 'substring'"],
  ['jsonb', 'gin (body)', "body: 'contains'"],
  ['citext', 'btree (organization_id, body)', "body: 'equals'"],
  ['text[]', 'gin (body)', 'keys only'],
])(
  'the trap is seen without a schema, and the fix names the kind: %s %s',
  async (type, index, fix) => {
    await client.query(`create table notes (organization_id uuid not null, body ${type});
    create index notes_body on notes using ${index};
    alter table notes enable row level security; grant select on notes to app`);
    const { findings } = await examine(client, { tenantColumn: 'organization_id', role: 'app' });
    await client.query('drop table notes');
    const found = findings.filter(
      ({ rule, object }) => rule === 'search-not-leakproof' && object.startsWith('notes'),
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.fix).toContain(fix);
  },
);

test('a search that was changed is noticed without the Drizzle schema too', async () => {
  const change = async (from: string, to: string) => {
    const { rows } = await client.query(
      `select oid, pg_get_functiondef(oid) as sql from pg_proc where proname like 'search\\_letters%'`,
    );
    await client.query(rows[0].sql.replaceAll(from, to));
    const findings = lines(await examine(client, { tenancy }));
    await client.query(rows[0].sql);
    return findings.map((line) => line.split(' ')[0]);
  };
  expect(await change('= tenantry_tenant', '<> tenantry_tenant')).toContain('definer-function');
  expect(await change('app.organization_id', 'app.other')).toContain('definer-function');
});
