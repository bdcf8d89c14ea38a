import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { matchesText } from '../../src/index.ts';
import { documents, letters } from '../fixtures/search-schema.ts';
import { connect } from '../support/fixture.ts';
import { acme, globex, searchDatabase, tenancy } from './support.ts';

const { url, root } = await searchDatabase();
for (const { id } of [acme, globex]) {
  await root.query(
    `insert into documents (organization_id, title, body, meta, email)
      select $1, md5(n::text), 'word' || n || ' ' || md5(n::text), jsonb_build_object('n', n), 'user' || n
      from generate_series(1, 5000) n`,
    [id],
  );
  await root.query(
    `insert into letters (organization_id, body, number) select $1, md5(n::text), n from generate_series(1, 5000) n`,
    [id],
  );
}
await root.query('vacuum analyze documents');
await root.query('vacuum analyze letters');

/** The plans of the statements inside functions, of ten calls on one connection. */
async function plansOf(sql: string, values: readonly unknown[]): Promise<string[]> {
  const client: pg.Client = await connect(url);
  const plans: string[] = [];
  client.on('notice', ({ message = '' }) => plans.push(message));
  await client.query(
    "load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set client_min_messages = log",
  );
  await client.query('begin; set local role app');
  await client.query('select set_config($1, $2, true)', [tenancy.setting, acme.id]);
  for (let i = 0; i < 10; i++)
    await client.query({ name: 'search', text: sql, values: [...values] });
  await client.query('rollback');
  return plans;
}

describe('the index of the search is used, in the tenth call as in the first', () => {
  test.each([
    ['title', documents.title, 'c4ca4238', 'documents_title_search'],
    ['body', documents.body, 'word77', 'documents_body_search'],
    ['words', documents.words, 'word77', 'documents_words_search'],
    ['meta', documents.meta, { n: 77 }, 'documents_meta_search'],
    ['email', documents.email, 'USER77', 'documents_email_search'],
  ])('%s', async (_, column, query, index) => {
    const { text, values } = matchesText(column, query);
    const plans = await plansOf(`select id from documents where ${text}`, values);
    const inside = plans.filter((plan) => plan.includes('array_agg'));
    expect(inside).toHaveLength(10);
    for (const plan of inside) {
      expect(plan).toMatch(new RegExp(`Index (?:Only )?Scan (?:on|using) ${index}`));
      // by one plan for all calls, and nobody else's rows
      expect(plan).toMatch(/Cond: .*\$\d/);
      expect(plan).toContain('"organization_id" = tenantry_tenant');
    }
    const outside = plans.filter((plan) => /Tid Scan on documents/.test(plan));
    expect(outside).toHaveLength(10);
  });

  test('with the tenant first, as a condition of the same index', async () => {
    const { text, values } = matchesText(letters.body, 'c4ca4238');
    const plans = await plansOf(`select id from letters where ${text}`, values);
    const inside = plans.filter((plan) => plan.includes('array_agg'));
    expect(inside[9]).toMatch(
      /Bitmap Index Scan on letters_body_search[\s\S]*Index Cond: \(\(organization_id/,
    );
  });
});
