import { TenantryError } from '../../errors/index.ts';
import type { Scope } from '../../scope/scope.ts';
import { holdAndWaitMs } from '../deadlock.ts';
import { isHolding } from './holding.ts';

/**
 * Registers the look-up of a place with its scope, which may end before the place is known; otherwise calls
 * `use` with it. A scope that holds a client waits for it only as long as it would wait for another client:
 * the look-up may need one.
 */
export async function workOf<T, R>(
  scope: Scope,
  looking: Promise<T>,
  use: (found: T) => Promise<R>,
): Promise<R> {
  let abandon!: (error: Error) => void;
  const abandoned = new Promise<never>((_, reject) => {
    abandon = reject;
  });
  const work = {
    describe: () => 'a statement that waited for the place of its tenant',
    abandon: async (error: Error) => abandon(error),
  };
  const timer = isHolding(scope)
    ? setTimeout(() => abandon(waitedTooLong()), holdAndWaitMs)
    : undefined;
  scope.add(work);
  let using: Promise<R>;
  try {
    const found = await Promise.race([looking, abandoned]);
    clearTimeout(timer);
    scope.assertOpen();
    using = use(found);
  } finally {
    clearTimeout(timer);
    scope.delete(work); // not before `use`: in between, the scope would not know of the work
  }
  return using;
}

const waitedTooLong = () =>
  new TenantryError('POOL_CHECKOUT_DEADLOCK', {
    found: `a scope that holds a client has waited ${holdAndWaitMs / 1000} s for the place of its tenant`,
  });
