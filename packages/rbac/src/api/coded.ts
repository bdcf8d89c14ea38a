import { TenantryError } from '@tenantry/core';

/** Keys that are taken or gone since they were looked up. */
const conflicts = new Set(['23503', '23505', '23P01']);

/** An error of the classes 22 (data) and 23 (constraints) by its code; others as they are. */
export function coded(error: unknown): unknown {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  // Drizzle wraps what the database says
  const state = [code, cause?.code].find((each) => /^2[23][0-9A-Z]{3}$/.test(String(each)));
  if (state === undefined || TenantryError.is(error)) return error;
  return new TenantryError(conflicts.has(String(state)) ? 'CHANGED_MEANWHILE' : 'VALUE_INVALID', {
    found: `SQLSTATE ${String(state)}`,
    cause: error,
  });
}
