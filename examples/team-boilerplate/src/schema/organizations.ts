import { sql } from 'drizzle-orm';
import { check, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { rbac } from '../rbac.ts';
import { tenancy } from '../tenancy.ts';

/** What an organization chooses for itself. */
export interface Settings {
  /** The colour of its pages, as `#rrggbb`. */
  readonly color?: string | undefined;
}

/**
 * The tenants. An organization reads and changes its own row; its plan and its domain are set by the
 * system role alone, because somebody else vouches for them.
 */
export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique('organizations_slug_key'),
    /** A domain of its own, in lower case, stored only when its ownership is proven. */
    domain: text().unique('organizations_domain_key'),
    plan: text().notNull().default('free'),
    settings: jsonb().$type<Settings>().notNull().default({}),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...rbac.tables.tenants.rules(t, {
      write: sql`(select tenantry.can('organization:update'))`,
      readOnly: [t.slug, t.domain, t.plan],
    }),
    check('organizations_slug_form', sql`${t.slug} ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'`),
    check('organizations_domain_form', sql`${t.domain} ~ '^[a-z0-9.-]{3,253}$'`),
  ],
);
