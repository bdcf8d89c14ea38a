import { type Tenancy, type TenantOption, TenantryError } from '@tenantry/core';
import { tenantryErrorOf } from '@tenantry/core/adapter';
import { atPlaceOf, namedTenant } from '@tenantry/core/scope';
import { callFunction, type Queryable } from '@tenantry/core/sql';
import type { Overdue } from '@tenantry/rls/feature';
import type {
  CleanStep,
  CounterUsage,
  EntitlementChange,
  HeldPlan,
  HeldRows,
  ReportRow,
  SettledUsage,
  ThresholdEvent,
} from './answers.ts';

/** The functions that only the system role may call. */
interface SystemFunctions {
  limit_add_override(
    tenant: string,
    feature: string,
    mode: 'set' | 'add',
    value: number | null | undefined,
    startsAt: string | null,
    endsAt: string | null,
    reason: string,
    actor: string,
  ): string;
  limit_clean(table: string, retainDays: number, fromPage: number, pages: number): CleanStep | null;
  limit_end_override(tenant: string, id: string): boolean;
  limit_held_plan(tenant: string): HeldPlan | null;
  limit_overdue(table: string, retainDays: number): Overdue | null;
  limit_recount(feature: string | null): number | string;
  limit_rows(): HeldRows;
  limit_seed(rows: string, overwrite: boolean): void;
  limit_set_plan(tenant: string, change: string): boolean;
  limit_start_trial(tenant: string, plan: string, endsAt: string): void;
  limit_take_events(
    batch: number,
  ): readonly (ThresholdEvent<never> & { readonly tenant: string })[];
  usage_due(): number | string;
  usage_expire(tenant: null, feature: null, batch: number): number | string;
}

/** The functions that answer about the tenant of the transaction, and as `<name>_of` about any. */
interface TenantFunctions {
  limit_changes(most: number): readonly EntitlementChange[];
  limit_report(feature: string | null, plan: string | null): readonly ReportRow[];
  limit_report_at(time: string, feature: string | null): readonly ReportRow[];
  usage_settle(
    feature: string,
    key: string,
    action: 'confirm' | 'release' | 'refund',
    amount: number | null,
  ): SettledUsage;
  usage_take(
    feature: string,
    amount: number,
    key: string | null,
    ttlSeconds: number | null,
  ): CounterUsage;
}

/** Calls a function of the system role: one round trip on a pool, part of the transaction on a `tx`. */
export const call = <Name extends keyof SystemFunctions>(
  db: Queryable,
  name: Name,
  ...args: Parameters<SystemFunctions[Name]>
): Promise<ReturnType<SystemFunctions[Name]>> => send(db, name, args);

/** The same for a tenant: the function for the scope's, or the one of the system role for a named one. */
export const callFor = <Name extends keyof TenantFunctions>(
  db: Queryable,
  tenancy: Tenancy,
  options: TenantOption<string> | undefined,
  name: Name,
  ...args: Parameters<TenantFunctions[Name]>
): Promise<ReturnType<TenantFunctions[Name]>> => {
  const tenant = namedTenant(tenancy, options);
  return tenant === undefined
    ? send(db, name, args)
    : atPlaceOf(tenancy, tenant, db, () => send(db, `${name}_of`, [tenant, ...args]));
};

const send = <R>(db: Queryable, name: string, args: readonly unknown[]): Promise<R> =>
  callFunction<R>(db, name, args).catch((error: unknown) => {
    throw named(error);
  });

/** Errors of the server about what it was given, by a code of ours; others as they are. */
function named(error: unknown): unknown {
  // Drizzle wraps what its driver throws
  const known = tenantryErrorOf(error);
  if (known !== undefined) return known;
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const state = String(code ?? cause?.code ?? '');
  // the foreign key to the table of tenants is the only one of these tables
  if (state === '23503') return new TenantryError('TENANT_NOT_FOUND', { cause: error });
  if (!/^2[23]...$/.test(state)) return error;
  return new TenantryError('USAGE_INVALID', {
    found: `a value that the database refuses (SQLSTATE ${state})`,
    cause: error,
  });
}
