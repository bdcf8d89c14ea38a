/**
 * The coordinator of `TEST_CITUS_URL`; undefined without one, so that tests on Citus can be skipped.
 *
 * @example
 * ```ts
 * describe.skipIf(citusUrl() === undefined)('on Citus', () => {
 *   // …
 * });
 * ```
 */
export function citusUrl(): string | undefined {
  return process.env.TEST_CITUS_URL || undefined;
}
