/** The mark of the table with `audit.tables.entries.rules(t)`. */
export const logMark = 'audit-log:log';

/** The mark of tables with `audited(t)`; the value is {@link Captured}. */
export const capturedMark = 'audit-log:captured';

/** The options of `audited(t, options)`, with columns by property. */
export interface Captured {
  readonly resource: string | undefined;
  readonly id: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly mask: readonly string[];
  readonly personal: readonly string[];
}
