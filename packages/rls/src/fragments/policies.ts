import type { SQL } from 'drizzle-orm';
import { objectName } from './names.ts';

/** Additional conditions for a table, each ANDed with the isolation by a restrictive policy. */
export interface PolicyTerms {
  /** Which rows of the tenant may be read. */
  readonly read?: SQL;
  /** Which rows may be written: one term for insert, update and delete, or one for each. */
  readonly write?: SQL | { readonly insert?: SQL; readonly update?: SQL; readonly delete?: SQL };
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
    objectName(table, 'may', command),
  ]),
];
