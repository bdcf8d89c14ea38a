/** Two copies of core in one process have one set of them. */
const key = Symbol.for('tenantry.placed');

type Holder = { [key]?: Set<string> };

/** A pool of this process has placements: some tenants do not live in the shared tables. */
export function havePlaces(setting: string): void {
  const holder = globalThis as Holder;
  holder[key] ??= new Set();
  holder[key].add(setting);
}

/** Whether a tenant of this tenancy may live in a place of its own, as far as this process knows. */
export const arePlaced = (setting: string): boolean =>
  (globalThis as Holder)[key]?.has(setting) === true;
