import type { TextParser, TypeParsers } from './type-parsers.ts';

/** The oid of `timestamp with time zone`. */
const timestamptz = 1184;
const [zero, minus, plus, colon, point, space] = [48, 45, 43, 58, 46, 32];

/**
 * The parser of a column: that of its types, except that pg's default parser for timestamptz is replaced
 * by a faster one. Fifty rows with one such column spend a quarter of their time in pg's regular
 * expressions.
 */
export function parserOf(types: TypeParsers, oid: number): TextParser {
  const parser = types.getTypeParser(oid, 'text');
  return oid === timestamptz ? (quickOf(parser) ?? parser) : parser;
}

const quick = new WeakMap<TextParser, TextParser | null>();

const samples: readonly (readonly [string, number])[] = [
  ['1970-01-01 00:00:01.5+00', 1500],
  ['2024-10-27 01:30:00.123456+02', 1_729_985_400_123],
  ['0044-03-15 12:00:00+00 BC', -63_517_780_800_000],
];

/**
 * The fast form of pg's own parser (postgres-date); undefined for a parser of the application. pg does
 * not export its parser, so it is recognised by its source and its results.
 */
function quickOf(parser: TextParser): TextParser | undefined {
  let found = quick.get(parser);
  if (found === undefined) {
    const isOfPg =
      /^function parseDate ?\(isoDate\)/.test(Function.prototype.toString.call(parser)) &&
      samples.every(([text, time]) => Number(parser(text)) === time);
    found = isOfPg ? (text) => parseTimestamptz(text) ?? parser(text) : null;
    quick.set(parser, found);
  }
  return found ?? undefined;
}

/**
 * Reads `2024-10-27 01:30:00.123456+02` and its forms with `+05:30` and without a fraction, rounded down
 * to the millisecond; undefined for every other text, such as infinity and years before 100 or after
 * 9999.
 */
export function parseTimestamptz(text: string): Date | undefined {
  const { length } = text;
  if (length < 22 || text.charCodeAt(4) !== minus || text.charCodeAt(10) !== space)
    return undefined;
  const year = two(text, 0) * 100 + two(text, 2);
  let at = 19;
  let ms = 0;
  if (text.charCodeAt(at) === point) {
    let unit = 100;
    for (at++; at < length; at++, unit = unit === 1 ? 0 : unit / 10) {
      const digit = text.charCodeAt(at) - zero;
      if (digit < 0 || digit > 9) break;
      ms += digit * unit;
    }
  }
  const sign = text.charCodeAt(at);
  if (sign !== plus && sign !== minus) return undefined;
  let minutes = two(text, at + 1) * 60;
  at += 3;
  if (text.charCodeAt(at) === colon) {
    minutes += two(text, at + 1);
    at += 3;
  }
  if (at !== length || year < 100) return undefined;
  const time = Date.UTC(
    year,
    two(text, 5) - 1,
    two(text, 8),
    two(text, 11),
    two(text, 14) - (sign === plus ? minutes : -minutes),
    two(text, 17),
    ms,
  );
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Two digits as a number; NaN when they are not digits, which makes the date invalid. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
