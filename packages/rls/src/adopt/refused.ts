import { TenantryError } from '@tenantry/core';

interface ServerError {
  readonly code?: unknown;
  readonly message: string;
  readonly hint?: string;
}

/** What the server refused, with the table and the step; other errors stay as they are. */
export function refusedStep(error: unknown, table: string, step: string): unknown {
  if (!isOfServer(error)) return error;
  return new TenantryError('ADOPT_STEP_FAILED', {
    found: `${table}, ${step}: ${error.message} (${error.code}).`,
    ...(error.hint !== undefined && {
      fix: `${error.hint} Then run adopt again; it goes on where it was.`,
    }),
    cause: error,
  });
}

/** The same for the roles and functions of the tenancy: 42501 comes with the statement that grants the right. */
export function refusedFoundation(error: unknown): unknown {
  if (!isOfServer(error) || error.code !== '42501' || error.hint === undefined)
    return refusedStep(error, 'the schema of the tenancy', 'its functions and roles');
  return new TenantryError('ADOPT_ROLE_NOT_GRANTED', {
    found: `${error.message}.`,
    fix: `${error.hint} Nothing was changed.`,
    cause: error,
  });
}

const isOfServer = (error: unknown): error is ServerError & { readonly code: string } =>
  !(error instanceof TenantryError) &&
  error instanceof Error &&
  /^[0-9A-Z]{5}$/.test(String((error as ServerError).code));
