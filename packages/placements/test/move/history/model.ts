import { expect } from 'vitest';
import type { Place } from '../../schemas/moves.ts';
import type { Change } from './world.ts';

/** A row that was acknowledged. */
interface Row {
  title: string;
  readonly notes: number;
  /** How many migrations had changed all rows, at least, before it was inserted. */
  readonly after: number;
  /** How many there were when it was acknowledged: all later ones have changed it. */
  readonly before: number;
}

/** A tenant as it must be. */
class TenantModel {
  /** Where it may live: a move that was cut has arrived, or not. */
  lives: Place[] = [null];
  /** Undefined while that changes, or when it is not known. */
  suspended: boolean | undefined = false;
  /** Counts the changes of `suspended`. */
  version = 0;
  /** Acknowledged rows, by id, the oldest first. */
  readonly rows = new Map<string, Row>();
  #pending = 0;

  /** Begins a suspension or its end. Of two beside each other nobody knows which was the last. */
  suspending(): (suspended: boolean) => void {
    this.suspended = undefined;
    this.#pending++;
    const version = ++this.version;
    return (suspended) => {
      if (--this.#pending === 0 && version === this.version) this.suspended = suspended;
      this.version++;
    };
  }
}

/** What must be, whatever has happened. */
export class Model {
  /** The migrations that change all rows: those in the folder, and those that all places have. */
  changing = 0;
  changed = 0;
  readonly #tenants = new Map<string, TenantModel>();

  of(tenant: string): TenantModel {
    let found = this.#tenants.get(tenant);
    if (found === undefined) {
      found = new TenantModel();
      this.#tenants.set(tenant, found);
    }
    return found;
  }

  added(change: Change): void {
    if (change === 'rows') this.changing++;
  }

  /** How often migrations have changed a row, when all have run. */
  runs({ before, after }: Row): { readonly least: number; readonly most: number } {
    return { least: this.changing - before, most: this.changing - after };
  }

  /** Compares the rows of a tenant with those that were acknowledged. */
  expectRows(
    tenant: string,
    found: readonly { id: string; title: string; notes: number; runs: number }[],
  ): void {
    const { rows } = this.of(tenant);
    const plain = [...rows].map(([id, { title, notes }]) => ({ id, title, notes }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(found.map(({ id, title, notes }) => ({ id, title, notes })).sort(byId)).toEqual(
      plain.sort(byId),
    );
    for (const { id, title, runs } of found) {
      const { least, most } = this.runs(rows.get(id) as Row);
      expect(runs, title).toBeGreaterThanOrEqual(least);
      expect(runs, title).toBeLessThanOrEqual(most);
    }
  }
}
