import type { Tenancy } from '@tenantry/core';
import type { Ddl } from '@tenantry/core/sql';
import { type SQL, sql } from 'drizzle-orm';
import { objectName } from '../fragments/names.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { PolicyModel } from '../model/table.ts';

// What the dialects have in common.

/** Opens every row to the system role and others. PostgreSQL drops the condition `true` when it plans. */
export const systemAccess = (
  { roles }: Tenancy,
  table: string,
  ...others: readonly string[]
): Policy => ({
  name: objectName(table, 'system_access'),
  as: 'permissive',
  for: 'all',
  to: [roles.system, ...others],
  using: sql`true`,
  withCheck: sql`true`,
});

/**
 * The policies of a table whose rows belong to no tenant.
 * @param writers who writes it besides the system role
 */
export function openToAll(
  tenancy: Tenancy,
  table: string,
  read: boolean,
  ...writers: readonly string[]
): Policy[] {
  const shared: Policy = {
    name: objectName(table, 'shared_read'),
    as: 'permissive',
    for: 'select',
    to: [tenancy.roles.app],
    using: sql`true`,
  };
  return [...(read ? [shared] : []), systemAccess(tenancy, table, ...writers)];
}

/** Opens the rows of a condition to a role. */
export const openPolicy = (
  name: string,
  role: string,
  command: 'all' | 'select',
  { sql: condition }: Ddl = { sql: 'true' },
): PolicyModel => ({
  name,
  as: 'permissive',
  for: command,
  to: [role],
  using: condition,
  withCheck: command === 'all' ? condition : undefined,
});

/** The term of each command. */
export function termsByCommand({
  read,
  write,
}: PolicyTerms): Partial<Record<'select' | 'insert' | 'update' | 'delete', SQL>> {
  const each = isSql(write) ? { insert: write, update: write, delete: write } : { ...write };
  return { ...(read !== undefined && { select: read }), ...each };
}

/** The same terms, each as `fn` makes it. */
export function mapTerms({ read, write }: PolicyTerms, fn: (term: SQL) => SQL): PolicyTerms {
  const each = Object.entries(isSql(write) ? {} : { ...write }).flatMap(([command, term]) =>
    term === undefined ? [] : [[command, fn(term)]],
  );
  return {
    ...(read !== undefined && { read: fn(read) }),
    ...(write !== undefined && { write: isSql(write) ? fn(write) : Object.fromEntries(each) }),
  };
}

const isSql = (value: PolicyTerms['write']): value is SQL =>
  value !== undefined && 'getSQL' in value;
