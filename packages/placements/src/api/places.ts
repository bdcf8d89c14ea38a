import { callFunction, type Queryable } from '@tenantry/core/sql';

/** A database of tenants. */
export interface PlaceInfo {
  readonly name: string;
  /** How many tenants live there. */
  readonly tenants: number;
}

/** The places, by name. */
export const places = (db: Queryable): Promise<readonly PlaceInfo[]> =>
  callFunction<readonly PlaceInfo[]>(db, 'list_places', []);
