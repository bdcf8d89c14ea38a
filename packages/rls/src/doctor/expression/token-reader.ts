import type { Token } from './tokens.ts';

/** Walks over tokens from left to right. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  atEnd = (): boolean => this.#at >= this.#tokens.length;
  peek = (ahead = 0): Token | undefined => this.#tokens[this.#at + ahead];
  next = (): Token | undefined => this.#tokens[this.#at++];

  /** Whether the next token is one of these words or marks. */
  is(...values: readonly string[]): boolean {
    const token = this.peek();
    return (
      token !== undefined &&
      (token.kind === 'word' || token.kind === 'mark') &&
      values.includes(token.value)
    );
  }

  take(...values: readonly string[]): boolean {
    if (!this.is(...values)) return false;
    this.#at++;
    return true;
  }

  /** Skips past the closing bracket of an open one. */
  skipGroup(): void {
    for (let depth = 1; depth > 0 && !this.atEnd(); ) {
      const { kind, value } = this.next() as Token;
      if (kind !== 'mark') continue;
      if (value === '(' || value === '[') depth++;
      if (value === ')' || value === ']') depth--;
    }
  }
}
