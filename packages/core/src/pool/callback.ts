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
 * Calls back with the outcome of a promise, in the scope of the caller. An error of the callback is
 * thrown outside the promise, so that it is not mistaken for an error of the query; pg does the same.
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
