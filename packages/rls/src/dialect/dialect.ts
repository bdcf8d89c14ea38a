import type { Tenancy } from '@tenantry/core';
import type { Ddl } from '@tenantry/core/sql';
import type { SQL } from 'drizzle-orm';
import type { ColumnLike } from '../fragments/drizzle.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { PolicyModel } from '../model/table.ts';

/**
 * What isolation looks like in SQL. Citus will need one permissive policy for each command without a
 * sub-select, and no FORCE; nothing outside of a dialect says how a policy is built.
 */
export interface Dialect {
  readonly name: 'postgres';
  /** The condition that a column is the tenant of the transaction: how a policy reads the context. */
  ofCurrentTenant(tenancy: Tenancy, column: ColumnLike): SQL;
  /**
   * What opens the rows of a condition to the app role, and what no other policy can loosen.
   * @param command the commands that the app role may use. Default: 'all'.
   */
  isolationPolicies(
    tenancy: Tenancy,
    table: string,
    condition: SQL,
    command?: 'all' | 'select',
  ): Policy[];
  /** The same for a table with shared rows, whose tenant is null: all read them, the system role writes. */
  commonPolicies(tenancy: Tenancy, table: string, ofTenant: SQL, column: ColumnLike): Policy[];
  /** The conditions of {@link PolicyTerms}, each ANDed with the isolation. */
  termPolicies(tenancy: Tenancy, table: string, terms: PolicyTerms): Policy[];
  /** Turns on row security of a table, for its owner too where the dialect can. */
  rowSecuritySql(target: Ddl): Ddl;
  /** Makes the policies of a table, or makes them anew. */
  policySql(policies: readonly PolicyModel[], target: Ddl): Ddl[];
}
