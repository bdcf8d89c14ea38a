import { TenantryError } from '@tenantry/core';

/** Prints an error; one of Tenantry with code, found, fix and docs. */
export function printError(error: unknown): number {
  if (TenantryError.is(error)) {
    console.error(`✗ ${error.code}`);
    if (error.found !== undefined) console.error(`  found  ${error.found}`);
    console.error(`  fix    ${error.fix}`);
    console.error(`  docs   ${error.docs}`);
    return 1;
  }
  if (isUsageError(error)) {
    console.error(`✗ ${error.message}`);
    return 2;
  }
  console.error(error);
  return 1;
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof TypeError &&
  String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
