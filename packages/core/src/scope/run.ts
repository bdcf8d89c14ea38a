import { check, checkType, TenantryError } from '../errors/index.ts';
import type { Scope } from './scope.ts';
import { store } from './store.ts';

/** What can end a scope early: a timeout or a signal. */
export interface ScopeLimits {
  /** The longest the scope may take, in milliseconds, 1 to 2,147,483,647. Default: none. */
  readonly timeoutMs?: number;
  /** Ends the scope when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `fn` in `scope` and ends the scope with it. Unfinished work, also of nested scopes, is rolled back
 * before this settles. When `fn` succeeded, unfinished work throws `SCOPE_WORK_UNFINISHED`.
 */
export function runScope<R>(
  scope: Scope,
  limits: ScopeLimits,
  fn: () => R | Promise<R>,
): Promise<R> {
  checkType(fn, 'function', 'fn');
  const limited = limits.timeoutMs !== undefined || limits.signal !== undefined;
  const { parent } = scope;
  parent?.begin(scope);
  const running = limited ? runLimited(scope, limits, fn) : run(scope, fn);
  return parent === undefined ? running : running.finally(() => parent.finish(scope));
}

async function run<R>(scope: Scope, fn: () => R | Promise<R>): Promise<R> {
  let result: R;
  try {
    result = await store.run(scope, started, fn);
  } catch (error) {
    await end(scope);
    throw error;
  }
  scope.close();
  if (scope.left !== undefined && !(await scope.closed())) await refuseLeftovers(scope);
  return result;
}

async function runLimited<R>(
  scope: Scope,
  limits: ScopeLimits,
  fn: () => R | Promise<R>,
): Promise<R> {
  const stop = watch(limits);
  let result: R;
  try {
    if (stop.reason() !== undefined) throw stop.reason();
    result = await Promise.race([store.run(scope, started, fn), stop.early]);
  } catch (error) {
    await end(scope, stop.reason());
    throw stop.reason() ?? error;
  } finally {
    stop.clear();
  }
  scope.close();
  if (scope.left !== undefined && !(await scope.closed())) await refuseLeftovers(scope);
  return result;
}

/**
 * Calls `fn` and starts its result: a query of Drizzle or Kysely is sent only when it is awaited, which
 * must happen inside the scope.
 */
export function started<R>(fn: () => R | Promise<R>): R | Promise<R> {
  const given = fn();
  if (given instanceof Promise || typeof (given as PromiseLike<R> | null)?.then !== 'function') {
    return given;
  }
  return new Promise((resolve, reject) => {
    (given as PromiseLike<R>).then(resolve, reject);
  });
}

async function end(scope: Scope, reason?: TenantryError): Promise<void> {
  scope.close(reason);
  if (scope.busy) await scope.abandonWork(reason ?? new TenantryError('TENANT_SCOPE_ENDED'));
}

async function refuseLeftovers(scope: Scope): Promise<never> {
  const left = (scope.left ?? []).slice(0, 3).map((work) => work.describe());
  await scope.abandonWork(new TenantryError('TENANT_SCOPE_ENDED'));
  throw new TenantryError('SCOPE_WORK_UNFINISHED', { found: left.join('; ') });
}

/** Combines a timeout and a signal into one promise that never resolves, only rejects. */
function watch({ timeoutMs, signal }: ScopeLimits) {
  checkType(timeoutMs, 'number?', 'timeoutMs');
  check(
    timeoutMs === undefined || (timeoutMs >= 1 && timeoutMs <= 2_147_483_647),
    `timeoutMs is ${timeoutMs}`,
    'Pass timeoutMs as milliseconds from 1 to 2147483647, or leave it out.',
  );
  let reason: TenantryError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const early = new Promise<never>((_, reject) => {
    const stopWith = (error: TenantryError) => {
      reason ??= error;
      reject(reason);
    };
    if (timeoutMs !== undefined) {
      timer = setTimeout(
        () => stopWith(new TenantryError('SCOPE_TIMEOUT', { found: `timeoutMs: ${timeoutMs}` })),
        timeoutMs,
      );
    }
    onAbort = () => stopWith(new TenantryError('SCOPE_ABORTED', { cause: signal?.reason }));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  early.catch(() => {}); // the race may have been won by then
  return {
    early,
    reason: () => reason,
    clear() {
      clearTimeout(timer);
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    },
  };
}
