import type { PendingEntry } from '../../scope/scope.ts';

/** How many claims are remembered. */
const most = 10_000;

/** The tenants of claims, as they were last read. A place verifies a claim, so an old one does no harm. */
export class Claims {
  readonly #tenants = new Map<string, string>();

  tenantOf(claim: PendingEntry): string | undefined {
    return this.#tenants.get(keyOf(claim));
  }

  learn(claim: PendingEntry, tenant: string): void {
    if (this.#tenants.size >= most) this.#tenants.clear();
    this.#tenants.set(keyOf(claim), tenant);
  }
}

const keyOf = ({ by, claim }: PendingEntry) => `${by} ${claim}`;
