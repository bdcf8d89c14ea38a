import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { LiveColumn } from '@tenantry/rls/model';

/** Eight random hexadecimal digits. */
export const randomText = (): string => randomBytes(4).toString('hex');

/**
 * Values to try for a column, the most likely first; values from its check constraints come before the
 * usual ones of its type.
 */
export function candidates(column: LiveColumn, checks: readonly string[]): string[] {
  const fitting = (values: readonly string[]) =>
    column.length === 0 ? values : values.map((value) => value.slice(0, column.length));
  return [
    ...new Set([...(checks.length > 0 ? literals(checks, column) : []), ...fitting(usual(column))]),
  ];
}

function usual({ category, labels, type }: LiveColumn): readonly string[] {
  const random = randomText();
  switch (category) {
    case 'E':
      return labels;
    case 'B':
      return ['false', 'true'];
    case 'N':
      return numbers(type);
    case 'A':
      return ['{}', '{1}', '{a}'];
    case 'R':
      return ['empty', '[1,2)', '[2030-01-01,2030-01-02)'];
    case 'I':
      return ['10.0.0.1', '10.0.0.0/8'];
    case 'T':
      return ['01:00:00'];
    case 'V':
      return ['1', '101'];
    case 'G':
      return ['(1,1)', '((0,0),(1,1))', '{1,1,0}', '<(0,0),1>'];
    case 'D':
      return type.startsWith('time ') || type === 'time'
        ? ['12:00:00']
        : ['2030-01-02 12:00:00+00'];
    case 'S':
      return texts(random);
    default:
      return ofType(type, random);
  }
}

function numbers(type: string): readonly string[] {
  const most = type === 'smallint' ? 32_000 : 2_000_000_000;
  const random = String(randomInt(1, most));
  const decimals = /^numeric\((\d+),(\d+)\)/.exec(type);
  const small = decimals === null ? [] : [String(randomInt(1, 10))];
  return [...small, random, '1', '0', '10', '100', '-1', '0.5'];
}

/** Common forms in checks: a slug, an email address, a code, a link, a hash. */
const texts = (random: string): readonly string[] => [
  `iso-${random}`,
  `iso${random}`,
  `iso${random}@example.com`,
  `https://iso${random}.example.com/`,
  `iso${random}.example.com`,
  random,
  random.toUpperCase(),
  'a',
  'A',
  'en',
  'usd',
  'USD',
  '1',
  '0',
  randomUUID(),
  '2030-01-02',
  '+15550100',
  `#${random.slice(0, 6)}`,
  `/${random}`,
  random.repeat(8),
  '',
];

function ofType(type: string, random: string): readonly string[] {
  if (type === 'uuid') return [randomUUID()];
  if (type.startsWith('json')) return ['{}', '[]', `"${random}"`, '{"a": 1}'];
  if (type === 'bytea') return [`\\x${random}`, `\\x${random.repeat(8)}`];
  if (type === 'xml') return ['<a/>'];
  if (type === 'tsvector' || type === 'tsquery') return ['iso'];
  if (type.startsWith('macaddr')) return ['08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'];
  const vector = /^(?:vector|halfvec)\((\d+)\)/.exec(type);
  if (vector !== null) return [`[${Array.from({ length: Number(vector[1]) }, () => '0').join()}]`];
  return [`iso-${random}`, '{}', '1', '0', '[0]'];
}

/** Quoted texts, times, and numbers with their neighbours, in the text of check constraints. */
function literals(checks: readonly string[], { category, labels }: LiveColumn): string[] {
  const text = checks.join(' ');
  const quoted = [...text.matchAll(/'((?:[^']|'')*)'/g)].map((m) =>
    (m[1] ?? '').replaceAll("''", "'"),
  );
  if (category === 'N') {
    const found = [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map((m) => Number(m[0]));
    return found.flatMap((n) => [String(n), String(n + 1), String(n - 1)]);
  }
  if (category === 'E') return quoted.filter((value) => labels.includes(value));
  if (category === 'D') return quoted.filter((value) => /^\d{4}-\d\d-\d\d/.test(value));
  // a pattern is not a value; a plain word may be one of a list
  return category === 'S'
    ? quoted.filter((value) => /^[\w .:/@+-]*$/.test(value) && value !== '')
    : [];
}
