import type { Scope } from './scope.ts';

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

/** The database of a tenant; undefined where it is that of the shared tables. */
type DatabaseOf = (tenant: string) => string | undefined;

const routesOf = new WeakMap<Scope, DatabaseOf>();

/** System work in the shared tables holds a client of a pool with these routes. */
export const holdsWithRoutes = (scope: Scope, databaseOf: DatabaseOf): void => {
  routesOf.set(scope.root, databaseOf);
};

/** The database of a tenant, when it is not the one where this work holds a client. */
export const databaseElsewhere = (scope: Scope, tenant: string): string | undefined =>
  routesOf.get(scope.root)?.(tenant);
