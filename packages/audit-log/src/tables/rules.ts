import type { Tenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import {
  type ColumnsLike,
  type Fragment,
  markTable,
  nameOf,
  objectName,
  tableOf,
} from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { index } from 'drizzle-orm/pg-core';
import { logMark } from './marks.ts';

/**
 * Isolation, key and indexes of the log. The key (tenant, created_at, id) is read backwards for the
 * newest entries and for the next page, so it also serves every query of a tenant.
 */
export function auditRules(tenancy: Tenancy, t: ColumnsLike): Fragment[] {
  const { isolate } = defineIsolation(tenancy);
  const column = (property: string) => t[property] as ColumnsLike[string];
  const table = tableOf(column('id'));
  markTable(table, logMark);
  return [
    ...isolate(t as never, {
      key: [column('createdAt'), column('id')],
      access: 'read',
      systemAccess: 'read',
    }),
    // for reads of all tenants by a system scope, the newest first; on an expression, so that it is never
    // used for a page of one tenant, where it would read the entries of others
    index(objectName(nameOf(table), 'created_at', 'idx')).on(
      sql`(${column('createdAt')} at time zone 'UTC')`,
    ),
    // for seals, sinks and "all entries of this transaction"
    index(objectName(nameOf(table), 'transaction_id', 'idx')).on(column('transactionId') as never),
  ];
}
