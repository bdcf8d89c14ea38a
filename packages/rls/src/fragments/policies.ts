import { check, type OptionTypes, typeName } from '@tenantry/core/errors';
import type { SQL } from 'drizzle-orm';
import { objectName } from './names.ts';

/** Additional conditions for a table, each ANDed with the isolation by a restrictive policy. */
export interface PolicyTerms {
  /** Which rows of the tenant may be read. */
  readonly read?: SQL;
  /** Which rows may be written: one term for insert, update and delete, or one for each. */
  readonly write?: SQL | { readonly insert?: SQL; readonly update?: SQL; readonly delete?: SQL };
}

/** The types of {@link PolicyTerms}. */
export const termTypes: OptionTypes<PolicyTerms> = { read: 'object?', write: 'object?' };

/** Checks that terms are pieces of SQL. @throws TenantryError `CONFIG_INVALID` */
export function checkTerms({ read, write }: PolicyTerms, where: string): void {
  const isSql = (term: unknown) => 'getSQL' in Object(term);
  const terms = { read, ...(isSql(write) ? { write } : write) };
  for (const [name, term] of Object.entries(terms))
    check(
      term === undefined || isSql(term),
      `term ${name} of ${where} of type ${typeName(term)}`,
      'Write it as sql`…`.',
    );
}

const commands = ['select', 'insert', 'update', 'delete'];

/** All possible names of our policies on a table of this name. */
export const policyNames = (table: string): string[] => [
  // `owner` is of an earlier version
  ...[
    'tenant_isolation',
    'tenant_floor',
    'system_access',
    'common_read',
    'shared_read',
    'owner',
  ].map((what) => objectName(table, what)),
  ...commands.flatMap((command) => [
    objectName(table, 'tenant_floor', command),
    objectName(table, 'tenant_isolation', command),
    objectName(table, 'may', command),
  ]),
];
