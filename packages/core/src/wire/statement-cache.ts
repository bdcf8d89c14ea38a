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
 * The prepared statements of one connection. A backend keeps 17 to 25 KiB for each, so the number is bounded,
 * and the least recently used are evicted.
 */
export class StatementCache {
  /** The limits that are written into the text, by statement. */
  readonly limits = new Map<string, Set<string>>();
  readonly max: number;
  /** By plan key, of which none is forgotten, and text. */
  readonly byPlan = new Map<string, Map<string, Prepared>>();
  #size = 0;
  #clock = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** The statement with this plan key and text; a new one when it is not prepared yet. */
  use(planKey: string, text: string): Prepared {
    const known = this.byPlan.get(planKey)?.get(text);
    return this.replace(planKey, text, known ?? notPrepared(statementName(planKey, text)));
  }

  /** Removes and returns the statements above the maximum. */
  evict(): Prepared[] {
    const tooMany = this.#size - this.max;
    if (tooMany <= 0) return [];
    const oldest = [...this.byPlan.values()]
      .flatMap((of) => [...of].map(([text, prepared]) => ({ of, text, prepared })))
      .sort((a, b) => a.prepared.usedAt - b.prepared.usedAt)
      .slice(0, tooMany);
    for (const { of, text } of oldest) of.delete(text);
    this.#size = this.max;
    return oldest.map(({ prepared }) => prepared);
  }

  /** Uses another statement for this plan key and text from now on. */
  replace(planKey: string, text: string, prepared: Prepared): Prepared {
    const byText = this.byPlan.get(planKey) ?? new Map<string, Prepared>();
    this.byPlan.set(planKey, byText);
    if (!byText.has(text)) this.#size++;
    prepared.usedAt = ++this.#clock;
    byText.set(text, prepared);
    return prepared;
  }
}
