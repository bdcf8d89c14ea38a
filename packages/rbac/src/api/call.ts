import { type Tenancy, TenantryError } from '@tenantry/core';
import { runningScope } from '@tenantry/core/scope';
import { type Queryable, runStatement, type SqlStatement } from '@tenantry/core/sql';

/**
 * Runs a statement that returns one value named `value`.
 * @throws TenantryError `VALUE_INVALID` and `CHANGED_MEANWHILE` for values that the database cannot store
 */
export async function answerOf<T>(db: Queryable, sql: SqlStatement): Promise<T> {
  try {
    const [row] = await runStatement<{ value: T }>(db, sql);
    return row?.value as T;
  } catch (error) {
    throw coded(error);
  }
}

/** SQLSTATEs of keys that were taken or removed since they were looked up. */
const conflicts = new Set(['23503', '23505', '23P01']);

/** Maps errors of the classes 22 (data) and 23 (constraints) to our codes; others are unchanged. */
function coded(error: unknown): unknown {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  // Drizzle wraps errors of the database
  const state = [code, cause?.code].find((each) => /^2[23][0-9A-Z]{3}$/.test(String(each)));
  if (state === undefined || TenantryError.is(error)) return error;
  return new TenantryError(conflicts.has(String(state)) ? 'CHANGED_MEANWHILE' : 'VALUE_INVALID', {
    found: `SQLSTATE ${String(state)}`,
    cause: error,
  });
}

/** The tenant of a call: that of the scope, or in a system scope the given one. */
export function tenantOf(tenancy: Tenancy, named: string | undefined): string {
  const scope = runningScope(tenancy);
  if (scope.kind === 'tenant')
    return scope.tenant ?? (tenancy.current() as never)[tenancy.property];
  if (named !== undefined) return tenancy.parseId(named);
  throw new TenantryError('CONFIG_INVALID', {
    found: `a system scope, in which no ${tenancy.tenant} is named.`,
    fix: `Pass { tenant: '<id>' }, or call it in the scope of the ${tenancy.tenant}.`,
  });
}
