/**
 * Converts any JSON text to the form that PostgreSQL's jsonb prints: keys sorted by length and then by
 * bytes, the last of duplicate keys, one space after `,` and `:`, numbers as numeric prints them. Numbers
 * stay text, because a JavaScript number would lose digits.
 */
export function jsonbText(json: string): string {
  const reader = { json, at: 0 };
  const text = readValue(reader);
  skipSpace(reader);
  if (reader.at !== json.length) throw new SyntaxError(`unexpected text at ${reader.at}`);
  return text;
}

/** The members of a JSON object, with their values as text. */
export function members(json: string): Map<string, string> {
  const reader = { json, at: 0 };
  const found = new Map<string, string>();
  skipSpace(reader);
  expectChar(reader, '{');
  if (peek(reader) === '}') return found;
  for (;;) {
    const key = readKey(reader);
    skipSpace(reader);
    const start = reader.at;
    readValue(reader);
    found.set(key, json.slice(start, reader.at));
    if (peek(reader) !== ',') break;
    reader.at++;
  }
  expectChar(reader, '}');
  return found;
}

interface Reader {
  readonly json: string;
  at: number;
}

function skipSpace(reader: Reader): void {
  while (' \n\r\t'.includes(reader.json[reader.at] ?? 'x')) reader.at++;
}

function peek(reader: Reader): string | undefined {
  skipSpace(reader);
  return reader.json[reader.at];
}

function expectChar(reader: Reader, char: string): void {
  if (peek(reader) !== char) throw new SyntaxError(`${char} expected at ${reader.at}`);
  reader.at++;
}

const stringToken = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const numberToken = /(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y;
const wordToken = /true|false|null/y;

function match(reader: Reader, token: RegExp): RegExpExecArray | null {
  token.lastIndex = reader.at;
  const found = token.exec(reader.json);
  if (found !== null) reader.at += found[0].length;
  return found;
}

function readValue(reader: Reader): string {
  const char = peek(reader);
  if (char === '{') return readObject(reader);
  if (char === '[') return readArray(reader);
  if (char === '"') return quote(readString(reader));
  const word = match(reader, wordToken)?.[0];
  if (word !== undefined) return word;
  const number = match(reader, numberToken);
  if (number === null) throw new SyntaxError(`no JSON value at ${reader.at}`);
  return numericText(number);
}

function readString(reader: Reader): string {
  const found = match(reader, stringToken);
  if (found === null) throw new SyntaxError(`no JSON string at ${reader.at}`);
  return JSON.parse(found[0]) as string;
}

function readKey(reader: Reader): string {
  skipSpace(reader);
  const key = readString(reader);
  expectChar(reader, ':');
  return key;
}

function readArray(reader: Reader): string {
  reader.at++;
  const items: string[] = [];
  if (peek(reader) !== ']') {
    do items.push(readValue(reader));
    while (peek(reader) === ',' && ++reader.at);
  }
  expectChar(reader, ']');
  return `[${items.join(', ')}]`;
}

function readObject(reader: Reader): string {
  reader.at++;
  const values = new Map<string, string>();
  if (peek(reader) !== '}') {
    do values.set(readKey(reader), readValue(reader));
    while (peek(reader) === ',' && ++reader.at);
  }
  expectChar(reader, '}');
  const keys = [...values.keys()].map((key) => ({ key, bytes: Buffer.from(key) }));
  keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return `{${keys.map(({ key }) => `${quote(key)}: ${values.get(key)}`).join(', ')}}`;
}

/** JSON.stringify escapes strings like jsonb: only where required. */
export const quote = (text: string): string => JSON.stringify(text);

/** A number without exponent, with its original number of decimals. */
function numericText([
  ,
  sign = '',
  whole = '',
  fraction = '',
  exponent = '0',
]: RegExpExecArray): string {
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const left = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const right = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const scale = Math.max(0, fraction.length - shift);
  const integer = left.replace(/^0+(?=\d)/, '');
  const text = scale === 0 ? integer : `${integer}.${right.slice(0, scale).padEnd(scale, '0')}`;
  return /[1-9]/.test(text) ? sign + text : text;
}
