import type { IdKind } from '@tenantry/core';
import { literal } from '@tenantry/core/sql';
import type { ColumnLike } from '@tenantry/rls';
import { type SQL, sql } from 'drizzle-orm';

/** How a dialect writes permissions into a policy. */
export interface DialectTerms {
  /** The acting user has the permission for the whole tenant. */
  may(permission: string): SQL;
  /** The same, or for the resource of the row. */
  mayOf(permission: string, resource: string, of: ColumnLike, type: IdKind): SQL;
}

/**
 * Terms without a sub-select, each evaluated once a statement.
 *
 * A function that is compared with the tenant column becomes a one-time filter. It cannot say which ids a
 * member may reach: these are constants of the plan, as the tenant is, and the filter compares them with
 * what holds now. A plan that was made before a change finds no row.
 */
export const citusTerms = (tenant: ColumnLike | undefined): DialectTerms => ({
  may: (permission) =>
    sql`${tenant as unknown as SQL} = ${sql.raw(`tenantry.tenant_if_can(${literal(permission).sql})`)}`,
  mayOf(permission, resource, of, type) {
    const key = literal(permission).sql;
    const ids = `tenantry.planned_ids(${key}, ${literal(resource).sql})`;
    const can = `tenantry.planned_can(${key})`;
    const held = `tenantry.tenant_if_as_planned(${key}, ${literal(resource).sql}, ${can}, ${ids})`;
    return sql`${tenant as unknown as SQL} = ${sql.raw(held)} and (${sql.raw(can)} or ${of as unknown as SQL} = any (${sql.raw(`${ids}::${type}[]`)}))`;
  },
});
