import { createHash } from 'node:crypto';
import { notPrepared, type Prepared } from './prepared.ts';

/**
 * The name of a statement: a hash of its plan key and text. It depends on the text, because an old pooler
 * may run another statement under a reused name, and on the plan key (the role, for one), because
 * row-level security is part of the plan and alternating roles under one name would plan it again each
 * time.
 */
export const statementName = (planKey: string, text: string) =>
  `tenantry_${createHash('sha256').update(`${planKey}\0${text}`).digest('base64url').slice(0, 24)}`;

/**
 * The prepared statements of one plan key on one connection. A backend keeps 17 to 25 KiB for each, so the
 * number is bounded, and the least recently used are evicted.
 */
export class StatementCache {
  /** The limits that are written into the text, by statement. */
  readonly limits = new Map<string, Set<string>>();
  readonly max: number;
  readonly #planKey: string;
  readonly #byText = new Map<string, Prepared>();
  #clock = 0;

  constructor(planKey: string, max: number) {
    this.#planKey = planKey;
    this.max = max;
  }

  /** The statement with this text; a new one when it is not prepared yet. */
  use(text: string): Prepared {
    let prepared = this.#byText.get(text);
    if (prepared === undefined) {
      prepared = notPrepared(statementName(this.#planKey, text));
      this.#byText.set(text, prepared);
    }
    prepared.usedAt = ++this.#clock;
    return prepared;
  }

  /** Removes and returns the statements above the maximum. */
  evict(): Prepared[] {
    const tooMany = this.#byText.size - this.max;
    if (tooMany <= 0) return [];
    const oldest = [...this.#byText].sort(([, a], [, b]) => a.usedAt - b.usedAt).slice(0, tooMany);
    for (const [text] of oldest) this.#byText.delete(text);
    return oldest.map(([, prepared]) => prepared);
  }

  /** Uses another statement for this text from now on. */
  replace(text: string, prepared: Prepared): void {
    prepared.usedAt = this.#clock;
    this.#byText.set(text, prepared);
  }
}
