import { type Tenancy, TenantryError } from '@tenantry/core';
import { tenantryErrorOf } from '@tenantry/core/adapter';
import { functionCall, type Queryable, runStatement } from '@tenantry/core/sql';

/** The tenant of a call in a system scope. */
export interface ForTenant {
  /** The tenant; only inside `tenancy.asSystem`. Default: the tenant of the scope. */
  readonly tenantId?: string | undefined;
}

/** `select tenantry.<fn>(…)`, which is one round trip on a pool and part of a transaction on `tx`. */
export async function call<R>(db: Queryable, fn: string, args: readonly unknown[]): Promise<R> {
  try {
    const [row] = await runStatement<{ answer: R }>(db, functionCall(fn, args));
    return row?.answer as R;
  } catch (error) {
    throw named(error);
  }
}

/** Maps server errors about arguments to our codes; others are unchanged. */
function named(error: unknown): unknown {
  // Drizzle wraps errors of its driver
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

/**
 * The same for a tenant: the function for the tenant of the scope, or the system role's function for a
 * given tenant.
 */
export function callFor<R>(
  tenancy: Tenancy,
  db: Queryable,
  fn: string,
  args: readonly unknown[],
  { tenantId }: ForTenant = {},
): Promise<R> {
  return tenantId === undefined
    ? call(db, fn, args)
    : call(db, `${fn}_of`, [tenancy.parseId(tenantId), ...args]);
}
