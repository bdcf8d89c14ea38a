/** The table that `audit.rules(t)` stands in. */
export const logMark = 'audit-log:log';

/** Tables with `audited(t)`; the value is {@link Captured}. */
export const capturedMark = 'audit-log:captured';

/** What `audited(t, options)` said of a table, with columns by property. */
export interface Captured {
  readonly resource: string | undefined;
  readonly id: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly mask: readonly string[];
  readonly personal: readonly string[];
}
