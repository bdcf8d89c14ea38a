import type { IdKind, Tenancy } from '@tenantry/core';
import { columnsOf, type RbacColumns } from './columns.ts';
import { type RbacRules, rulesOf } from './rules.ts';

/**
 * The tables of rbac: `columns()` of each spreads into a `pgTable`, `rules(t, options?)` into its third
 * argument. The table of tenants gets rules alone.
 */
export type RbacTables<T extends string, K extends IdKind, P extends string, U extends IdKind> = {
  readonly [N in keyof RbacColumns<T, K, U>]: {
    readonly columns: RbacColumns<`${T}Id`, K, U>[N];
    readonly rules: RbacRules<P>[N];
  };
} & { readonly tenants: { readonly rules: RbacRules<P>['tenants'] } };

/** Makes the tables of a tenancy. */
export function tablesOf<T extends string, K extends IdKind, P extends string, U extends IdKind>(
  tenancy: Tenancy,
  userId: U,
): RbacTables<T, K, P, U> {
  const columns = columnsOf<`${T}Id`, K, U>(tenancy, userId);
  const rules = rulesOf<P>(tenancy);
  const parts = Object.keys(columns) as (keyof typeof columns)[];
  return Object.freeze({
    tenants: Object.freeze({ rules: rules.tenants }),
    ...Object.fromEntries(
      parts.map((part) => [part, Object.freeze({ columns: columns[part], rules: rules[part] })]),
    ),
  }) as unknown as RbacTables<T, K, P, U>;
}
