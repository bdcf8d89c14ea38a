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

/** What the caches of one connection count together. */
interface Counts {
  /** It advances with each use. */
  clock: number;
  /** How many statements there are. */
  size: number;
}

/** The prepared statements of one plan key on one connection. */
export class StatementCache {
  /** The limits that are written into the text, by statement. */
  readonly limits = new Map<string, Set<string>>();
  readonly max: number;
  readonly byText = new Map<string, Prepared>();
  readonly #planKey: string;
  readonly #counts: Counts;

  constructor(planKey: string, max: number, counts: Counts) {
    this.#planKey = planKey;
    this.max = max;
    this.#counts = counts;
  }

  /** The statement with this text; a new one when it is not prepared yet. */
  use(text: string): Prepared {
    let prepared = this.byText.get(text);
    if (prepared === undefined) {
      prepared = notPrepared(statementName(this.#planKey, text));
      this.byText.set(text, prepared);
      this.#counts.size++;
    }
    prepared.usedAt = ++this.#counts.clock;
    return prepared;
  }

  /** Uses another statement for this text from now on. */
  replace(text: string, prepared: Prepared): void {
    if (!this.byText.has(text)) this.#counts.size++;
    prepared.usedAt = this.#counts.clock;
    this.byText.set(text, prepared);
  }
}

/**
 * The prepared statements of one connection, by plan key. A backend keeps 17 to 25 KiB for each, whatever its
 * plan key, so there is one bound for all of them, and the least recently used are evicted.
 */
export class StatementCaches {
  readonly #max: number;
  readonly #counts: Counts = { clock: 0, size: 0 };
  readonly #byPlan = new Map<string, StatementCache>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Those of a plan key, see {@link statementName}. */
  of(planKey: string): StatementCache {
    let cache = this.#byPlan.get(planKey);
    if (cache === undefined) {
      cache = new StatementCache(planKey, this.#max, this.#counts);
      this.#byPlan.set(planKey, cache);
    }
    return cache;
  }

  /** Removes and returns the statements above the maximum. */
  evict(): Prepared[] {
    const tooMany = this.#counts.size - this.#max;
    if (tooMany <= 0) return [];
    const oldest = [...this.#byPlan.values()]
      .flatMap(({ byText }) => [...byText].map(([text, prepared]) => ({ byText, text, prepared })))
      .sort((a, b) => a.prepared.usedAt - b.prepared.usedAt)
      .slice(0, tooMany);
    for (const { byText, text } of oldest) byText.delete(text);
    for (const [planKey, { byText }] of this.#byPlan)
      if (byText.size === 0) this.#byPlan.delete(planKey);
    this.#counts.size = this.#max;
    return oldest.map(({ prepared }) => prepared);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#byPlan.clear();
    this.#counts.size = 0;
  }
}
