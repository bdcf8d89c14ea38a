import { TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { readPattern } from '../numbers/pattern.ts';
import { checkColumns } from './check.ts';
import { type ColumnLike, type ColumnsLike, type Fragment, nameOf, tableOf } from './drizzle.ts';
import { addNumber, markReadOnly } from './notes.ts';

/** What `numbered(t, options)` takes. */
export interface NumberedOptions {
  /** The column with the number: a text with `pattern`, an integer without. Default: t.number. */
  readonly column?: ColumnLike;
  /**
   * How the text is made: `'{year}-{0000}'` gives 2026-0042, `'RE-{year}{month}-{000}'` begins anew each
   * month, `'#{0}'` never. A number that outgrows its zeros gets longer. Default: none, for an integer.
   */
  readonly pattern?: string;
  /** The integer column for the year, or for year and month as 202611. Default: t.numberPeriod. */
  readonly period?: ColumnLike;
  /** The integer column for the counted part of the text. Default: t.numberSequence. */
  readonly sequence?: ColumnLike;
  /** Columns whose values have a series each: `t.projectId`. They are not null. Default: none. */
  readonly by?: ColumnLike | readonly ColumnLike[];
  /**
   * The column that says which year it is: a date, or a time, which is not null. Default: none, the time
   * at which the transaction began.
   */
  readonly at?: ColumnLike;
  /** The time zone in which a year begins: `'Europe/Zurich'`. A date has none; all else needs it. */
  readonly timeZone?: string;
  /**
   * The column in whose order rows are numbered that are there already. Default: t.createdAt, otherwise
   * t.id.
   */
  readonly order?: ColumnLike;
}

/**
 * A number of the tenant on each new row. The generator writes the triggers; nothing is left for
 * drizzle-kit, because its unique index would come before the rows from before have their numbers.
 */
export function numbered(t: ColumnsLike, options: NumberedOptions): Fragment[] {
  checkType(t, 'object', 't of numbered');
  checkOptions('numbered', options, {
    column: 'any',
    pattern: 'string?',
    period: 'any',
    sequence: 'any',
    by: 'any',
    at: 'any',
    timeZone: 'string?',
    order: 'any',
  });
  for (const name of ['column', 'period', 'sequence', 'by', 'at', 'order'] as const)
    checkColumns([options[name] ?? []].flat(), `option ${name} of numbered`);
  const { pattern, timeZone, at, by = [] } = options;
  const column = options.column ?? property(t, 'number', 'column');
  const table = tableOf(column);
  const read = pattern === undefined ? undefined : readPattern(pattern);
  const restarts = read !== undefined && read.restart !== 'never';
  const number = {
    column,
    pattern: read,
    sequence: read && (options.sequence ?? property(t, 'numberSequence', 'sequence')),
    period: restarts ? (options.period ?? property(t, 'numberPeriod', 'period')) : undefined,
    by: [by].flat(),
    at,
    timeZone: timeZone === undefined ? undefined : knownZone(timeZone, nameOf(table)),
    order: options.order ?? t.createdAt ?? t.id,
  };
  addNumber(table, number);
  const { sequence, period } = number;
  markReadOnly([column, sequence, period, at, ...number.by].filter((each) => each !== undefined));
  return [];
}

function property(t: ColumnsLike, name: string, option: string): ColumnLike {
  const column = t[name];
  if (column !== undefined) return column;
  throw new TenantryError('CONFIG_INVALID', {
    found: `numbered(t, …) on a table without the property ${name}.`,
    fix: `Spread ...numberColumns() into its columns, or name the column: numbered(t, { ${option}: t.… }).`,
  });
}

function knownZone(timeZone: string, table: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new TenantryError('CONFIG_INVALID', {
      found: `numbered(t, …) of table ${table} with the time zone ${JSON.stringify(timeZone)}, which is not known.`,
      fix: "Name one of the IANA database, such as 'Europe/Zurich' or 'UTC'.",
    });
  }
}
