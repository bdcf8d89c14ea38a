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
 *
 * No role bypasses row-level security. The app role and the owner of the tables are bound to the tenant
 * of the transaction by a floor; the system role is let through by a policy of its own; every other role
 * sees no row unless a policy of the user shows it.
 */
export interface Dialect {
  readonly name: 'postgres';
  /** The condition that a column is the tenant of the transaction: how a policy reads the context. */
  ofCurrentTenant(tenancy: Tenancy, column: ColumnLike): SQL;
  /**
   * What opens the rows of a condition to the app role, what no other policy can loosen for that role and
   * the owner, and what opens all rows to the system role.
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
  /**
   * The policies of a table whose rows belong to no tenant.
   * @param read whether the app role reads it
   */
  globalPolicies(tenancy: Tenancy, table: string, read: boolean): Policy[];
  /** The conditions of {@link PolicyTerms}, each ANDed with the isolation. */
  termPolicies(tenancy: Tenancy, table: string, terms: PolicyTerms): Policy[];
  /** What opens the rows of a condition to one more role; without one all rows. */
  openPolicy(name: string, role: string, command: 'all' | 'select', condition?: Ddl): PolicyModel;
  /** The actions of ALTER TABLE that turn on row security, for the owner too where the dialect can. */
  readonly rowSecurity: Ddl;
  /** The actions of ALTER TABLE that free its owner from the policies, and bind it again. */
  readonly force: { readonly off: Ddl; readonly on: Ddl };
  /** Makes the policies of a table, or makes them anew. */
  policySql(policies: readonly PolicyModel[], target: Ddl): Ddl[];
  /** Makes a policy that does not exist, for a function that runs the statement. */
  createPolicySql(policy: PolicyModel, target: Ddl): Ddl;
}
