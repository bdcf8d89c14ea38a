import type { IdKind, Tenancy, TenantProperty } from '@tenantry/core';
import {
  joinStatements,
  name,
  runStatement,
  type SqlStatement,
  statement,
} from '@tenantry/core/sql';
import { type EntryRow, entryColumns } from './columns.ts';
import { constant } from './constant.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type AuditEntry, toEntry } from './entry.ts';
import { type AuditFilter, conditions, timeOf } from './filters.ts';
import { wrongParameter } from './parameters.ts';
import type { Source } from './source.ts';

/** What `audit.query(db, …)` takes. */
export interface AuditQuery<A extends string = string> extends AuditFilter<A> {
  /** Entries of one page, 1 to 500. Default: 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

/** A page of the log, the newest entries first. */
export interface AuditPage<P extends string> {
  readonly entries: readonly AuditEntry<P>[];
  /** Where the next page begins; null after the last. */
  readonly next: string | null;
}

const mostEntries = 500;

/** Reads a page by the key (tenant, created_at, id), backwards: every page costs the same. */
export async function queryPage<T extends string, K extends IdKind>(
  { db, tenancy, table, scope: { tenant } }: Source<T, K>,
  query: AuditQuery = {},
): Promise<AuditPage<TenantProperty<T, K>>> {
  const { limit = 50, after } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > mostEntries) {
    throw wrongParameter(
      `a page of ${typeof limit === 'number' ? limit : typeof limit} entries`,
      `Pass limit as a whole number from 1 to ${mostEntries}.`,
    );
  }
  const { by, within } = orderOf(tenant);
  const where = [...ofTenant(tenancy, tenant), ...conditions(query), ...within(query, after)];
  const condition = where.length === 0 ? statement`true` : joinStatements(where, ' and ');
  const rows = await runStatement<EntryRow>(
    db,
    statement`select ${entryColumns(tenancy)} from ${name(...table)} l where ${condition} order by ${by} limit ${constant(limit + 1)}`,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown.map(toEntry(tenancy)),
    next: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  };
}

/** In a tenant's scope the policies say it too; this serves the index where there are none. */
export const ofTenant = (tenancy: Tenancy, tenant: string | undefined): SqlStatement[] =>
  tenant === undefined ? [] : [statement`${name(tenancy.column)} = ${tenant}`];

/**
 * The order of pages, and the start of the next one. Pages of a tenant use the key; pages of all tenants
 * use the index on the time in UTC, another expression with the same order.
 */
function orderOf(tenant: string | undefined) {
  const time = (of: SqlStatement) =>
    tenant === undefined ? statement`(${of} at time zone 'UTC')` : of;
  const own = time(statement`created_at`);
  return {
    by: statement`${own} desc, l.id desc`,
    within({ from, to }: AuditFilter, after: string | null | undefined): SqlStatement[] {
      const found: SqlStatement[] = [];
      if (tenant === undefined && from !== undefined)
        found.push(statement`${own} >= ${time(statement`${timeOf(from)}::timestamptz`)}`);
      if (tenant === undefined && to !== undefined)
        found.push(statement`${own} < ${time(statement`${timeOf(to)}::timestamptz`)}`);
      if (after === undefined || after === null) return found;
      const { createdAt, id } = readCursor(after);
      const begins = time(statement`${createdAt}::timestamptz`);
      // the first condition alone tells the planner which partitions it need not look at
      return [
        ...found,
        statement`created_at <= ${createdAt}::timestamptz`,
        statement`(${own}, id) < (${begins}, ${id}::uuid)`,
        ...(tenant === undefined ? [statement`${own} <= ${begins}`] : []),
      ];
    },
  };
}
