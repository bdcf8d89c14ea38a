import { expect, test } from 'vitest';
import { application } from '../fixtures/application.ts';
import * as schema from '../fixtures/schema.ts';
import { applySchema } from '../support/apply.ts';
import { databaseWith, examine } from './support.ts';

const { tenancy } = schema;
const { url, client } = await databaseWith('');
await applySchema(url, application);
const one = '00000000-0000-4000-8000-000000000001';
await client.query(`insert into organizations (id, name, slug) values ('${one}', 'One', 'one');
  insert into projects (organization_id, name) values ('${one}', 'a secret name')`);

/** What each finding about an object shows, after some SQL that opens it. */
async function shown(sql: string, undo: string, prove: boolean) {
  await client.query(sql);
  try {
    const { findings } = await examine(client, { tenancy, schema, prove });
    return findings.filter(({ proof }) => proof.length > 0);
  } finally {
    await client.query(undo);
  }
}

const open = [
  [
    'a policy that is open, behind no floor',
    'drop policy projects_tenant_floor on projects; create policy careless on projects using (true)',
    'drop policy careless on projects; create policy projects_tenant_floor on projects as restrictive using (organization_id = (select tenantry.current_tenant()))',
    'projects.careless',
    /^organization_id = 00000000-0000-4000-8000-000000000001, id = [0-9a-f-]{36}$/,
  ],
  [
    'row-level security that is off',
    'alter table projects disable row level security',
    'alter table projects enable row level security',
    'projects',
    /^organization_id = 00000000-0000-4000-8000-000000000001/,
  ],
  [
    'a view that reads as its owner',
    'create view everything as select * from projects; grant select on everything to app',
    'drop view everything',
    'everything',
    /^a row = true$/,
  ],
] as const;

test.each(open)(
  '%s is shown when it is asked for, by tenant and key only',
  async (_, sql, undo, object, row) => {
    const asked = (await shown(sql, undo, true)).find((finding) => finding.object === object);
    expect(asked?.shown).toEqual([expect.stringMatching(row)]);
    expect(JSON.stringify(asked)).not.toContain('a secret name');
  },
);

test.each(open)('%s comes with the query and no row until then', async (_, sql, undo, object) => {
  const found = (await shown(sql, undo, false)).find((finding) => finding.object === object);
  expect(found?.shown).toEqual([]);
  expect(JSON.stringify(found)).not.toContain(one);
  await client.query(sql);
  try {
    // as it is printed, in psql or anywhere
    const results = (await client.query(found?.proof[0] ?? '')) as unknown as { rows: unknown[] }[];
    expect(
      results.some(({ rows }) => rows.length === 1 && !('set_config' in (rows[0] as object))),
    ).toBe(true);
  } finally {
    await client.query(undo);
  }
});

test('what holds shows nothing, and says so', async () => {
  const [found] = await shown(
    'create policy careless on notes using (true); alter policy notes_tenant_floor on notes using (true); alter policy notes_tenant_floor on notes with check (true)',
    'drop policy careless on notes',
    true,
  );
  expect(found?.shown.join()).toMatch(/no row|nothing|row =|id =/);
});
