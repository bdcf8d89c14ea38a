import { expect, test } from 'vitest';
import { ddl, entrySql } from '../../src/sql/index.ts';
import { acme, ada, coreDatabase, directory, tenancy } from '../support/database.ts';

const database = await coreDatabase();
const pool = database.pool();

/** Makes the functions of the entry anew, with facts of two packages. */
const withFacts = (sql: string) =>
  database.ask(
    entrySql(tenancy, directory, {
      ids: { sql: ddl`json_build_array(entry.tenant, entry.member, on_behalf_of)` },
      more: { sql: { sql } },
    }).sql,
  );
const claims = [
  { by: 'id', value: acme },
  { by: 'slug', value: 'acme' },
];
const facts = (claim: (typeof claims)[number], onBehalfOf?: string) =>
  pool.enter({ claim, user: ada, ...(onBehalfOf !== undefined && { onBehalfOf }) }, () => {
    const scope = tenancy.current();
    return scope !== undefined && 'facts' in scope ? scope.facts : undefined;
  });

test('an entry by id and one by another claim bring the same facts, as json, jsonb or text', async () => {
  for (const more of [`'{"a": 1}'::jsonb`, `'{"a":1}'::json`, `'{"a":1}'::text`]) {
    await withFacts(more);
    for (const claim of claims) {
      expect(await facts(claim)).toEqual({ ids: [acme, ada, null], more: { a: 1 } });
      expect(await facts(claim, 'somebody')).toMatchObject({ ids: [acme, ada, 'somebody'] });
    }
  }
});

test('an error within the facts stays what it is, and is nobody\u2019s absence', async () => {
  await database.ask(`create function absent() returns text language plpgsql as
    $$ declare x text; begin select 'a' into strict x where false; return x; end $$`);
  for (const [sql, code] of [
    [`to_json((entry.tenant::text || 'x')::uuid)`, '22P02'],
    ['public.absent()', 'P0002'],
  ] as const) {
    await withFacts(sql);
    for (const claim of claims) await expect(facts(claim)).rejects.toMatchObject({ code });
  }
});
