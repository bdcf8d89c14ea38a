import { inspect } from 'node:util';
import { TenantryError } from '@tenantry/core';
import { UsageError } from './kit/usage-error.ts';
import { visible } from './terminal/visible.ts';

/** Prints an error; one of Tenantry with code, found, fix and docs. @returns the exit code */
export function printError(error: unknown, stderr: NodeJS.WritableStream = process.stderr): number {
  const line = (text: string) => void stderr.write(`${visible(text)}\n`);
  if (TenantryError.is(error)) {
    line(`✗ ${error.code}`);
    if (error.found !== undefined) line(`  found  ${error.found.replaceAll('\n', '\n         ')}`);
    line(`  fix    ${error.fix}`);
    line(`  docs   ${error.docs}`);
    return 1;
  }
  if (error instanceof UsageError) {
    line(`✗ ${error.message}`);
    return 2;
  }
  line(inspect(error));
  return 1;
}
