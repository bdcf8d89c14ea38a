import * as column from '../feature/column-types.ts';

/**
 * The columns of a number by a pattern, to spread into `pgTable`; `numbered(t, { pattern })` in its third
 * argument fills them: `number`, the text, and its parts, `numberPeriod` (2026; 0 where numbers never begin
 * anew) and `numberSequence` (42).
 *
 * Emits `number text not null default ''`, `number_period integer not null default 0`,
 * `number_sequence integer not null default 0`. The default of the text says that the row gets its number.
 * @example
 * ```ts
 * export const invoices = pgTable('invoices', {
 *   ...tenancy.columns.scoped(), id: tenancy.columns.id(), ...numberColumns(),
 * }, (t) => [...isolate(t), ...numbered(t, { pattern: '{year}-{0000}', timeZone: 'Europe/Zurich' })]);
 * ```
 */
export const numberColumns = () => ({
  number: column.defaulted(column.text('number'), ''),
  numberPeriod: column.defaulted(column.int('number_period'), 0),
  numberSequence: column.defaulted(column.int('number_sequence'), 0),
});
