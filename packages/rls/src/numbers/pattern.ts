import { TenantryError } from '@tenantry/core';
import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';

/** A pattern such as `{year}-{0000}`, taken apart. */
export interface NumberPattern {
  readonly pieces: readonly NumberPiece[];
  /** What a series of numbers begins anew with. */
  readonly restart: 'year' | 'month' | 'never';
}

/** A text, the year, the month, or the counted part with at least this many digits. */
type NumberPiece =
  | { readonly text: string }
  | { readonly part: 'year' | 'month' }
  | { readonly digits: number };

const piece = /\{(year|month|0{1,9})\}|([^{}]+)/y;

/**
 * Reads a pattern: `{year}`, `{month}` with two digits, and once `{0}` with as many zeros as the counted
 * part has digits at least.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function readPattern(pattern: string): NumberPattern {
  const pieces: NumberPiece[] = [];
  piece.lastIndex = 0;
  while (piece.lastIndex < pattern.length) {
    const found = piece.exec(pattern);
    if (found === null) throw wrong(pattern);
    const [, token, text] = found;
    if (text !== undefined) pieces.push({ text });
    else if (token === 'year' || token === 'month') pieces.push({ part: token });
    else pieces.push({ digits: token?.length ?? 0 });
  }
  const has = (part: string) => pieces.some((each) => 'part' in each && each.part === part);
  const counted = pieces.filter((each) => 'digits' in each).length;
  const parts = pieces.flatMap((each) => ('part' in each ? [each.part] : []));
  if (counted !== 1 || new Set(parts).size !== parts.length || (has('month') && !has('year')))
    throw wrong(pattern);
  return { pieces, restart: has('month') ? 'month' : has('year') ? 'year' : 'never' };
}

const wrong = (pattern: string) =>
  new TenantryError('CONFIG_INVALID', {
    found: `numbered(t, …) with the pattern ${JSON.stringify(pattern)}.`,
    fix: "A pattern has {0} once, with as many zeros as the number has digits at least (at most 9), and may have {year} and, beside it, {month}: '{year}-{0000}', 'RE-{year}{month}-{000}', '#{0}'.",
  });

/** The period of a local time: 2026, or 202611 where a month has its own series. */
export function periodSql({ restart }: NumberPattern, local: Ddl): Ddl {
  if (restart === 'never') return ddl`0`;
  const year = ddl`extract(year from ${local})::integer`;
  return restart === 'year' ? year : ddl`${year} * 100 + extract(month from ${local})::integer`;
}

/** The text of a number. A counted part that outgrows its zeros gets longer. */
export function textSql(pattern: NumberPattern, period: Ddl, sequence: Ddl): Ddl {
  const year = pattern.restart === 'month' ? ddl`${period} / 100` : period;
  const pieces = pattern.pieces.map((each) => {
    if ('text' in each) return literal(each.text);
    if ('digits' in each) return padded(sequence, each.digits);
    return each.part === 'year' ? padded(year, 4) : padded(ddl`${period} % 100`, 2);
  });
  return join(pieces, ' || ');
}

const padded = (value: Ddl, digits: number): Ddl =>
  digits === 1
    ? ddl`(${value})::text`
    : ddl`lpad((${value})::text, greatest(${{ sql: String(digits) }}, length((${value})::text)), '0')`;

/** What reads the parts of a text again: a regular expression, and each part of its match. */
export function partsSql(pattern: NumberPattern, match: Ddl) {
  const groups: string[] = [];
  const source = pattern.pieces.map((each) => {
    if ('text' in each) return each.text.replace(/[^A-Za-z0-9 ]/g, (sign) => escaped(sign));
    groups.push('digits' in each ? 'sequence' : each.part);
    if (!('digits' in each)) return each.part === 'year' ? '(\\d{4})' : '(0[1-9]|1[0-2])';
    const { digits } = each;
    // as it is written, and no longer than an integer
    return digits === 1
      ? '([1-9]\\d{0,8})'
      : digits === 9
        ? '(\\d{9})'
        : `(\\d{${digits}}|[1-9]\\d{${digits},8})`;
  });
  const part = (of: string) => ddl`${match}[${{ sql: String(groups.indexOf(of) + 1) }}]::integer`;
  return {
    pattern: literal(`^${source.join('')}$`),
    sequence: part('sequence'),
    period:
      pattern.restart === 'never'
        ? ddl`0`
        : pattern.restart === 'year'
          ? part('year')
          : ddl`${part('year')} * 100 + ${part('month')}`,
  };
}

/** A sign of a text as it stands for itself in a regular expression. */
const escaped = (sign: string): string => (/[\x21-\x7e]/.test(sign) ? `\\${sign}` : sign);
