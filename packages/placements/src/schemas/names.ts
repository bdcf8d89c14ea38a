import type { Tenancy } from '@tenantry/core';
import { join, name } from '@tenantry/core/sql';

/** The schema of the shared tables. */
export const shared = 'public';

/** The schema that has a name for each table that may live in a schema of a tenant, and no table. */
export const barredSchema = ({ schema }: Pick<Tenancy, 'schema'>): string => `${schema}_barred`;

/** The names of the tables that schemas of tenants have, of a database. $1: {@link barredSchema}. */
export const schemaTablesSql = `
select t.typname::text as name from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where n.nspname = $1 and t.typtype = 'c' order by 1`;

/**
 * The search path of statements in a schema of a tenant. Tables that stay are found behind it, and so are
 * types and operators of extensions. A table that the schema lacks is not: its name is barred in between.
 */
export const searchPathOf =
  (tenancy: Pick<Tenancy, 'schema'>, behind: readonly string[]) =>
  (schema: string): string =>
    join([schema, barredSchema(tenancy), ...behind].map((each) => name(each))).sql;

/** The form of a name of a schema of a tenant; not that of PostgreSQL's own. */
export const schemaForm = /^(?!pg_)[a-z][a-z0-9_]{0,62}$/;
