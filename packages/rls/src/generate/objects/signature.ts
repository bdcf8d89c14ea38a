import { type Cursor, splitAtCommas } from './cursor.ts';
import type { Token } from './tokens.ts';

// spelled as by format_type
const spelled: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  float8: 'double precision',
  float4: 'real',
  decimal: 'numeric',
  varchar: 'character varying',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
};

const phrases = [
  'double precision',
  'character varying',
  'bit varying',
  'timestamp with time zone',
  'timestamp without time zone',
  'time with time zone',
  'time without time zone',
];

const modes = new Set(['in', 'out', 'inout', 'variadic']);

/** Parses `tenantry.can(permission text default null)` to its path and `can(text)`. */
export function readSignature(
  cursor: Cursor,
): { readonly schema: string; readonly name: string } | undefined {
  const path = cursor.path();
  const group = path && cursor.group();
  if (path === undefined || group === undefined) return undefined;
  const types = splitAtCommas(group).flatMap((argument) => typeOf(argument) ?? []);
  return { schema: path.schema, name: `${path.name}(${types.join(', ')})` };
}

/** The type of an argument; undefined for an OUT argument. */
function typeOf(argument: readonly Token[]): string | undefined {
  let tokens = [...argument];
  const end = tokens.findIndex(({ value, text }) => value === 'default' || text === '=');
  if (end !== -1) tokens = tokens.slice(0, end);
  const mode = tokens[0]?.kind === 'word' && modes.has(tokens[0].value) ? tokens[0].value : 'in';
  if (tokens[0]?.kind === 'word' && modes.has(tokens[0].value)) tokens.shift();
  if (mode === 'out') return undefined;
  if (isNamed(tokens)) tokens.shift();
  return typeText(tokens);
}

/** Whether the first of several words is the name of the argument. */
function isNamed(tokens: readonly Token[]): boolean {
  const [, second] = tokens;
  if (second === undefined || (second.kind !== 'word' && second.kind !== 'quoted')) return false;
  const text = tokens.map(({ value }) => value).join(' ');
  return !phrases.some((phrase) => text.startsWith(phrase));
}

/** `text[]`, `timestamp with time zone`, as PostgreSQL shows them. */
export function typeText(tokens: readonly Token[]): string {
  const text = tokens
    .map(({ kind, text, value }) => (kind === 'word' ? value : text))
    .join(' ')
    .replace(/ ?([[\](),.]) ?/g, '$1');
  const [, base = '', rest = ''] = /^([^[(]*)(.*)$/s.exec(text) ?? [];
  return `${spelled[base] ?? base}${rest}`.replace(/^pg_catalog\./, '');
}
