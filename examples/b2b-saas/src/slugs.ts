import { eq } from 'drizzle-orm';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';
import { shared, tenancy } from './tenancy.ts';

/** On a cluster the organizations are on many nodes, and none of them can check that a slug is unique. */
export const onCluster = tenancy.dialect === 'citus';

/** Who has which slug, on a cluster: this table is on every node. On one server a constraint is enough. */
export const organizationSlugs = pgTable(
  'organization_slugs',
  { slug: text().primaryKey(), organizationId: uuid('organization_id').notNull() },
  (t) => [...shared(t)],
);

type Tx = Pick<Database['db'], 'insert' | 'delete'>;

/** Takes the slug of an organization that is made. */
export async function takeSlug(tx: Tx, of: { readonly id: string; readonly slug: string }) {
  if (onCluster) {
    await tx.insert(organizationSlugs).values({ slug: of.slug, organizationId: of.id });
  }
}

/** Frees it, when the organization goes. */
export async function freeSlug(tx: Tx, organizationId: string) {
  if (onCluster) {
    await tx.delete(organizationSlugs).where(eq(organizationSlugs.organizationId, organizationId));
  }
}
