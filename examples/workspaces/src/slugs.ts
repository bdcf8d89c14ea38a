import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';
import { shared, tenancy } from './tenancy.ts';

/** On a cluster the tenants are on many nodes, and none of them can check that a slug is unique. */
export const onCluster = tenancy.dialect === 'citus';

/** Who has which slug, on a cluster: this table is on every node. On one server a constraint is enough. */
export const tenantSlugs = pgTable(
  'tenant_slugs',
  { slug: text().primaryKey(), tenantId: uuid('tenant_id').notNull() },
  (t) => [...shared(t)],
);

/** Takes the slug of a tenant that is made. A tenant that is closed keeps it. */
export async function takeSlug(
  tx: Pick<Database['db'], 'insert'>,
  of: { readonly id: string; readonly slug: string },
) {
  if (onCluster) await tx.insert(tenantSlugs).values({ slug: of.slug, tenantId: of.id });
}
