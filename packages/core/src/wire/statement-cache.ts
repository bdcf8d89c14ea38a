import { createHash } from 'node:crypto';
import type { RowShape } from './result.ts';

/** A statement that this connection has prepared, or is about to. */
export interface Prepared {
  readonly name: string;
  parsed: boolean;
  /** The flush that asks the server to parse it, by its number. */
  parsedIn?: number;
  /** Known after the first run; the server guards it ("cached plan must not change result type"). */
  shape: RowShape | undefined;
}

/**
 * The name of a statement: a hash of its role and text. The text, because an old pooler may run
 * another statement under a reused name; the role, because row-level security is part of the plan
 * and alternating roles on one name analyse it anew each time.
 */
export const statementName = (role: string, text: string) =>
  `tenantry_${createHash('sha256').update(`${role}\0${text}`).digest('base64url').slice(0, 24)}`;

/**
 * The prepared statements of one role on one connection, least recently used first. A backend
 * keeps 17 to 25 KiB for each, so the number is bounded.
 */
export class StatementCache {
  /** Which limits of which statements are written into their texts. */
  readonly limits = new Map<string, Set<string>>();
  readonly max: number;
  readonly #role: string;
  readonly #byText = new Map<string, Prepared>();

  constructor(role: string, max: number) {
    this.#role = role;
    this.max = max;
  }

  /** The statement of this text; a new one when it is not prepared yet. */
  use(text: string): Prepared {
    let prepared = this.#byText.get(text);
    if (prepared === undefined) {
      prepared = { name: statementName(this.#role, text), parsed: false, shape: undefined };
    } else {
      this.#byText.delete(text);
    }
    this.#byText.set(text, prepared);
    return prepared;
  }

  /** Takes out the statements that are too many. */
  evict(): Prepared[] {
    const evicted: Prepared[] = [];
    for (const [text, oldest] of this.#byText) {
      if (this.#byText.size <= this.max) break;
      this.#byText.delete(text);
      evicted.push(oldest);
    }
    return evicted;
  }

  delete(text: string): void {
    this.#byText.delete(text);
  }
}
