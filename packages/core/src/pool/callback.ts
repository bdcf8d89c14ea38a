/** A callback as pg takes it. */
export type Callback = (error: unknown, ...results: unknown[]) => void;

/** The callback among the arguments of `query`, if there is one. */
export function callbackOf(
  input: unknown,
  values: unknown,
  callback: unknown,
): Callback | undefined {
  if (typeof values === 'function') return values as Callback;
  if (typeof callback === 'function') return callback as Callback;
  const { callback: own } = Object(input) as { callback?: unknown };
  return typeof own === 'function' ? (own as Callback) : undefined;
}

/**
 * Calls back with what becomes of a promise, in the scope of whoever asked. What the callback throws
 * is thrown where nobody takes it for an error of the query, as with pg.
 */
export function callBack<T>(
  promise: Promise<T>,
  callback: Callback,
  results: (value: T) => readonly unknown[] = (value) => [value],
  failed: readonly unknown[] = [],
): void {
  promise.then(
    (value) => process.nextTick(callback, undefined, ...results(value)),
    (error) => process.nextTick(callback, error, ...failed),
  );
}
