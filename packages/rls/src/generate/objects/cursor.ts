import { type Token, tokensOf } from './tokens.ts';

/** A schema and a name in it. */
export interface Path {
  readonly schema: string;
  readonly name: string;
}

/** Reads the tokens of a statement in order. */
export class Cursor {
  #at = 0;
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  static of(sql: string): Cursor {
    return new Cursor(tokensOf(sql));
  }

  get isDone(): boolean {
    return this.#at >= this.tokens.length || this.peek()?.text === ';';
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.#at + ahead];
  }

  next(): Token | undefined {
    return this.tokens[this.#at++];
  }

  /** Whether this word comes next; a name in quotes is none. */
  is(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind !== 'quoted' && token?.value === word;
  }

  /** Consumes these words when all of them come next. */
  take(words: string): boolean {
    const wanted = words.split(' ');
    const found = wanted.every((word, i) => this.is(word, i));
    if (found) this.#at += wanted.length;
    return found;
  }

  /** Consumes the first of these that comes next, and returns it. */
  takeOne<W extends string>(...choices: readonly W[]): W | undefined {
    return choices.find((words) => this.take(words));
  }

  /** Skips past these words; without them it returns false and does not move. */
  skipTo(words: string): boolean {
    const start = this.#at;
    while (!this.isDone) {
      if (this.take(words)) return true;
      this.next();
    }
    this.#at = start;
    return false;
  }

  /** The rest of the statement. */
  rest(): readonly Token[] {
    const end = this.tokens.findIndex((token, i) => i >= this.#at && token.text === ';');
    const rest = this.tokens.slice(this.#at, end === -1 ? undefined : end);
    this.#at += rest.length;
    return rest;
  }

  /** A name, quoted or not. */
  name(): string | undefined {
    const token = this.peek();
    if (token?.kind !== 'word' && token?.kind !== 'quoted') return undefined;
    this.#at += 1;
    return token.value;
  }

  /** `"public"."projects"`, or `projects` in schema public. */
  path(): Path | undefined {
    const first = this.name();
    if (first === undefined) return undefined;
    if (!this.take('.')) return { schema: 'public', name: first };
    const second = this.name();
    return second === undefined ? undefined : { schema: first, name: second };
  }

  /** The tokens between the parentheses that begin here, with nested ones. */
  group(): readonly Token[] | undefined {
    if (!this.take('(')) return undefined;
    const start = this.#at;
    for (let depth = 1; this.#at < this.tokens.length; this.#at += 1) {
      const { text } = this.peek() as Token;
      if (text === '(') depth += 1;
      if (text === ')') depth -= 1;
      if (depth === 0) return this.tokens.slice(start, this.#at++);
    }
    return undefined;
  }

  /** Reads a comma-separated list as long as `one` returns a value. */
  list<T>(one: () => T | undefined): T[] {
    const found: T[] = [];
    do {
      const each = one();
      if (each !== undefined) found.push(each);
    } while (this.take(','));
    return found;
  }
}

/** Splits tokens at the commas outside parentheses. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if ('(['.includes(token.text)) depth += 1;
    if (')]'.includes(token.text)) depth -= 1;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
