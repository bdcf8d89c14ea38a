import { callFunction, type Queryable } from '@tenantry/core/sql';

/** A place of tenants. */
export interface PlaceInfo {
  readonly name: string;
  /** The schema of the shared database that it is; null for a database of its own. */
  readonly schema: string | null;
  /** How many tenants live there. */
  readonly tenants: number;
}

/** The places, by name. */
export const places = (db: Queryable): Promise<readonly PlaceInfo[]> =>
  callFunction<readonly PlaceInfo[]>(db, 'list_places', []);
