import type { Tenancy } from '@tenantry/core';
import type { Ddl } from '@tenantry/core/sql';
import type { SQL } from 'drizzle-orm';
import type { ColumnLike } from '../fragments/drizzle.ts';
import type { Policy } from '../fragments/notes.ts';
import type { PolicyTerms } from '../fragments/policies.ts';
import type { PolicyModel } from '../model/table.ts';

/**
 * What isolation looks like in SQL. Nothing outside of a dialect says how a policy is built.
 *
 * | | `postgres` | `citus` |
 * | --- | --- | --- |
 * | the tenant in a policy | `(select …)`, evaluated once a statement | two terms without a sub-select: what the transaction says, and a constant of the plan that names the shard |
 * | policies of the app role | a permissive one, and a restrictive floor | one permissive policy a command: a restrictive one is permissive on a shard |
 * | the owner of the tables | bound by FORCE and the floor | free: a forced policy loses rows when a shard moves |
 *
 * No role bypasses row-level security. The system role is let through by a policy of its own; every other
 * role sees no row unless a policy of the user shows it.
 */
export interface Dialect {
  readonly name: Tenancy['dialect'];
  /** The condition that a column is the tenant of the transaction: how a policy reads the context. */
  ofCurrentTenant(tenancy: Tenancy, column: ColumnLike): SQL;
  /** The same for a quoted column of a table that a feature makes. */
  isCurrentTenant(tenancy: Tenancy, column: Ddl): Ddl;
  /**
   * A term as a policy of the dialect can have it.
   * @param column the tenant column
   */
  term(column: ColumnLike, term: SQL): SQL;
  /**
   * What opens the rows of a condition to the app role, what no other policy can loosen, and what opens
   * all rows to the system role.
   * @param terms each ANDed with the condition
   * @param command the commands that the app role may use. Default: 'all'.
   */
  isolationPolicies(
    tenancy: Tenancy,
    table: string,
    condition: SQL,
    terms: PolicyTerms,
    command?: 'all' | 'select',
  ): Policy[];
  /** The same for a table with shared rows, whose tenant is null: all read them, the system role writes. */
  commonPolicies(
    tenancy: Tenancy,
    table: string,
    ofTenant: SQL,
    column: ColumnLike,
    terms: PolicyTerms,
  ): Policy[];
  /**
   * The policies of a table whose rows belong to no tenant.
   * @param read whether the app role reads it
   */
  globalPolicies(tenancy: Tenancy, table: string, read: boolean): Policy[];
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
