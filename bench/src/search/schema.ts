import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema } from '@tenantry/testing/schema';
import { customType, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { type BenchDatabase, createLogins } from '../lib/database.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, searchable } = defineIsolation(tenancy);
const citext = customType<{ data: string }>({ dataType: () => 'citext' });

export const documents = pgTable(
  'documents',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    title: text().notNull(),
    body: text().notNull(),
    meta: jsonb().notNull(),
    email: citext().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    ...isolate(t),
    ...searchable(
      t,
      {
        title: 'substring',
        body: { fullText: 'english' },
        meta: 'contains',
        email: 'equals',
      },
      { newest: t.createdAt },
    ),
    index('documents_created_at_idx').on(t.organizationId, t.createdAt),
  ],
);

export const logins = { web: 'search_web', trusted: 'search_trusted' } as const;

/** The tenant that searches, and how many rows of it match each word: no word is in another. */
export const tenant = '00000000-0000-4000-8000-000000000001';
export const words = { scarce: 10, frequent: 1_000, ordinary: 50_000 } as const;
export const others = { tenants: 100, rows: 2_000 } as const;

/** The newest 50 of what a condition finds. */
export const select = 'select id, title, created_at from documents where';
export const newest = 'order by created_at desc limit 50';

/** Which word a row has: evenly spread, so that none begins among the newest. */
function wordOf(rows: number): string {
  const whens = Object.entries(words).map(([word, hits]) => {
    const every = Math.max(1, Math.floor(rows / hits));
    return `when n % ${every} = ${Math.floor(every / 2)} then '${word}'`;
  });
  return `case ${whens.join(' ')} else 'plain' end`;
}

/** Roles, the table, its rows, and then its indexes, which is faster. */
export async function prepare(database: BenchDatabase, rows: number): Promise<void> {
  await database.ask('create extension pg_trgm; create extension citext');
  await applySchema(database.ownerUrl, { tenancy, schema: { documents } });
  await createLogins(database, {
    [logins.web]: `noinherit in role ${tenancy.roles.app}`,
    [logins.trusted]: 'bypassrls',
  });
  const indexes = await database.ask<{ name: string; sql: string }>(`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as sql
    from pg_index where indrelid = 'documents'::regclass and not indisprimary`);
  for (const { name } of indexes) await database.ask(`drop index ${name}`);
  await database.ask(`
    insert into documents (organization_id, title, body, meta, email, created_at)
    select case when n <= ${rows} then '${tenant}'::uuid
        else ('00000000-0000-4000-8000-' || lpad(to_hex(2 + n % ${others.tenants}), 12, '0'))::uuid end,
      md5(n::text) || ' ' || word, 'The ' || md5((n * 7)::text) || ' fox jumped over ' || word,
      jsonb_build_object('kind', word, 'n', n), 'User' || n % ${rows} || '@Example.com',
      now() - n * interval '1 second'
    from (select n, ${wordOf(rows)} as word
      from generate_series(1, ${rows + others.tenants * others.rows}) n) numbered
    order by md5(n::text)`);
  for (const { sql } of indexes) await database.ask(sql);
  await database.ask(`grant select on documents to ${logins.trusted}`);
  await database.ask('vacuum (freeze, analyze) documents');
}
