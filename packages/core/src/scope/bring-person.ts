import { callFunction } from '../sql/call.ts';
import type { Queryable } from '../sql/queryable.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { arePlaced } from './placed-tenancies.ts';

/** Who is brought, and to whom. */
export interface Bringing {
  /** The pool, or a database on it. */
  readonly db: Queryable;
  readonly tenant: string;
  readonly user: string;
}

/**
 * Copies the row of a user from the shared tables to the place of a tenant, unless it is there. With
 * `definePlacements` of @tenantry/placements; otherwise it does nothing.
 *
 * Sends `select tenantry.person_of($1)`, and `select tenantry.bring_person($1)` at the place.
 * @returns whether the user is there now; false in a process without placements, for a user that the shared
 *   tables do not have, and where it failed
 */
export async function bringPerson(
  tenancy: Tenancy,
  { db, tenant, user }: Bringing,
): Promise<boolean> {
  if (!arePlaced(tenancy.setting)) return false;
  const entry = { reason: `bring a user to the place of a ${tenancy.tenant}`, actor: user };
  const place = { [tenancy.property]: tenant } as never;
  try {
    const person = await tenancy.asSystem(entry, () =>
      callFunction<object | null>(db, 'person_of', [user]),
    );
    if (person === null) return false;
    const given = [JSON.stringify(person)];
    await tenancy.asSystem({ ...entry, write: true, place }, () =>
      callFunction<void>(db, 'bring_person', given),
    );
    return true;
  } catch {
    return false; // such as a transaction that has failed already: the caller has its error
  }
}
