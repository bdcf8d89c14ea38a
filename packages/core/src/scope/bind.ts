import { AsyncResource } from 'node:async_hooks';
import { TenantryError } from '../errors/index.ts';
import { currentScope } from './current.ts';
import { started } from './run.ts';
import type { Scope } from './scope.ts';
import { store } from './store.ts';

/** The result of a bound function: a query that is sent when it is awaited becomes a promise. */
export type BoundResult<R> = R extends PromiseLike<infer V> ? Promise<V> : R;

type Fn<T, A extends unknown[], R> = (this: T, ...args: A) => R;

const kinds = new Set(['GeneratorFunction', 'AsyncGeneratorFunction']);

/**
 * Binds a function to the scope of the running code and its whole async context, such as a trace.
 */
export function bindScope<T, A extends unknown[], R>(
  setting: string,
  fn: Fn<T, A, R>,
): Fn<T, A, BoundResult<R>> {
  assertFunction(fn, 'bind');
  currentScope(setting);
  return within(fn, (call) => call());
}

/** Binds a function to no scope; the rest of the async context is kept. */
export function bindOutside<T, A extends unknown[], R>(fn: Fn<T, A, R>): Fn<T, A, BoundResult<R>> {
  assertFunction(fn, 'outside');
  return within(fn, leaveScope);
}

/** Calls `fn` outside every scope. Its result is not awaited. */
export const leaveScope = <R>(fn: () => R): R => store.run(undefined as unknown as Scope, fn);

function within<T, A extends unknown[], R>(
  fn: Fn<T, A, R>,
  enter: (call: () => R | Promise<Awaited<R>>) => unknown,
): Fn<T, A, BoundResult<R>> {
  const here = new AsyncResource('tenantry.bind', { requireManualDestroy: true });
  function bound(this: T, ...args: A): BoundResult<R> {
    const call = () => started(() => fn.apply(this, args)) as R;
    return here.runInAsyncScope(() => enter(call)) as BoundResult<R>;
  }
  // libraries read the number of parameters and whether it is an async function
  Object.defineProperty(bound, 'length', { value: fn.length });
  Object.defineProperty(bound, 'name', { value: fn.name });
  const tag = (fn as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  if (tag !== undefined) Object.defineProperty(bound, Symbol.toStringTag, { value: tag });
  return bound;
}

function assertFunction(fn: unknown, by: string): void {
  const kind = (fn as { [Symbol.toStringTag]?: string } | null)?.[Symbol.toStringTag] ?? '';
  if (typeof fn === 'function' && !kinds.has(kind)) return;
  throw new TenantryError('CONFIG_INVALID', {
    found:
      typeof fn === 'function' ? `${by}() of a generator` : `${by}() of what is not a function`,
    fix:
      typeof fn === 'function'
        ? 'A generator runs where it is read. Bind the function that reads it.'
        : `Give it the function itself: tenancy.${by}(() => …).`,
  });
}
