import type { ColumnLike } from '@tenantry/rls';
import { type SQL, sql } from 'drizzle-orm';
import { timestamp } from 'drizzle-orm/pg-core';
import { tenancy } from '../tenancy.ts';

/** When a row was thrown away; null while it lives. */
export const deletion = () => ({ deletedAt: timestamp('deleted_at', { withTimezone: true }) });

/** A row that lives; the condition of the indexes that keep names unique. */
export const isLive = (deletedAt: ColumnLike): SQL => sql`${deletedAt} is null`;

/** The resource whose roles hold for a row, beside those for the whole tenant. */
export interface RoleScope {
  readonly of: ColumnLike;
  readonly resource: 'workspaces' | 'projects';
}

/**
 * What a member reads and changes: rows that live, and for whoever may restore there, also what was thrown
 * away. A row that is thrown away just now passes, because PostgreSQL checks this on the new row of an
 * UPDATE too, and would refuse the deletion itself.
 */
export const isAtHand = (deletedAt: ColumnLike, { of, resource }: RoleScope): SQL =>
  sql`${deletedAt} is null or ${deletedAt} = now()
    or ${once(sql`tenantry.can('documents:restore')`)}
    or ${of} = any (${once(sql`tenantry.allowed_ids('documents:restore', ${sql.raw(`'${resource}'`)})`)}::uuid[])`;

/** Asked once a statement. Citus takes no sub-select in a policy: there it is asked for each row in the trash. */
const once = (call: SQL): SQL => (tenancy.dialect === 'citus' ? call : sql`(select ${call})`);
