import { createHash } from 'node:crypto';
import type { FieldDescription } from './result.ts';

/** A statement that this connection has prepared, or is about to. */
export interface Prepared {
  readonly name: string;
  parsed: boolean;
  /** Known after the first run; the server guards it ("cached plan must not change result type"). */
  fields: readonly FieldDescription[] | undefined;
}

/**
 * The name of a statement: a hash of its role and text. The text, because an old pooler may run
 * another statement under a reused name; the role, because row-level security is part of the plan
 * and alternating roles on one name analyse it anew each time.
 */
const nameOf = (role: string, text: string) =>
  `tenantry_${createHash('sha256').update(`${role}\0${text}`).digest('base64url').slice(0, 24)}`;

/**
 * The prepared statements of one role on one connection, least recently used first. A backend
 * keeps 17 to 25 KiB for each, so the number is bounded.
 */
export class StatementCache {
  readonly #role: string;
  readonly #max: number;
  readonly #byText = new Map<string, Prepared>();

  constructor(role: string, max: number) {
    this.#role = role;
    this.#max = max;
  }

  /** The statement of this text; a new one when it is not prepared yet. */
  use(text: string): Prepared {
    let prepared = this.#byText.get(text);
    if (prepared === undefined) {
      prepared = { name: nameOf(this.#role, text), parsed: false, fields: undefined };
    } else {
      this.#byText.delete(text);
    }
    this.#byText.set(text, prepared);
    return prepared;
  }

  /** Takes out the statement that has to make room, if there is one too many. */
  evict(): Prepared | undefined {
    if (this.#byText.size <= this.#max) return undefined;
    const [text, oldest] = this.#byText.entries().next().value as [string, Prepared];
    this.#byText.delete(text);
    return oldest;
  }

  delete(text: string): void {
    this.#byText.delete(text);
  }
}
