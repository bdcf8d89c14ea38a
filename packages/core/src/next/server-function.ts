import { type GuardCheck, type TenantGate, tenantryErrorOf } from '../adapter/index.ts';
import type { TenantryError } from '../errors/index.ts';
import { notFoundError, outcomeOf, settle } from './control.ts';
import { digestOf } from './digest.ts';
import type { NextClaim } from './request.ts';

/** How actions and pages are refused. */
export interface ServerFunctionSettings {
  readonly gate: TenantGate<NextClaim>;
  readonly refused: ((error: TenantryError) => unknown) | undefined;
}

/** Makes an action or a page: a function with the same arguments, which runs in the scope of its tenant. */
export function serverFunction<A extends unknown[], R>(
  { gate, refused }: ServerFunctionSettings,
  read: (given: readonly unknown[]) => Promise<NextClaim>,
  check: GuardCheck | undefined,
  fn: (...given: A) => R | Promise<R>,
): (...given: A) => Promise<R> {
  return async (...given) => {
    const claim = await read(given);
    const run = () =>
      outcomeOf(async () => {
        await check?.(claim.read);
        return fn(...given);
      });
    try {
      return settle(await gate(claim, run));
    } catch (error) {
      const known = tenantryErrorOf(error);
      if (known === undefined) throw error;
      await refused?.(known); // may redirect
      // the same page for an unknown tenant and for a foreign one
      if (known.code === 'TENANT_NOT_FOUND') throw notFoundError(known);
      throw digested(error as Error, digestOf(known));
    }
  };
}

/** Next sends a digest to the browser, and makes one of the text when there is none. */
function digested(error: Error, digest: string): Error {
  if (!Object.isExtensible(error))
    return digested(new Error(error.message, { cause: error }), digest);
  return Object.defineProperty(error, 'digest', {
    value: digest,
    configurable: true,
    writable: true,
  });
}
