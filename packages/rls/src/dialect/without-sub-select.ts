import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { asSql, type ColumnLike } from '../fragments/drizzle.ts';

/** `(select tenantry.can('projects:read'))`, and nothing around it. */
const can = /^\s*\(\s*select\s+tenantry\.can\(\s*('(?:[^']|'')+')\s*\)\s*\)\s*$/i;

/**
 * `(select tenantry.can('x'))` as `organization_id = tenantry.tenant_if_can('x')`. Citus takes no sub-select
 * in a policy; a function that is compared with the tenant column is evaluated once a statement, and one
 * that stands alone once a row.
 */
export function withoutSubSelect(column: ColumnLike, term: SQL): SQL {
  const [, permission] = can.exec(new PgDialect().sqlToQuery(term).sql) ?? [];
  return permission === undefined
    ? term
    : sql`${asSql(column)} = tenantry.tenant_if_can(${sql.raw(permission)})`;
}

/** Whether a condition has a sub-select; what stands in quotes is none. */
export const hasSubSelect = (condition: string): boolean =>
  /\(\s*(select|with|values|table)\b/i.test(
    condition.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, "''"),
  );
