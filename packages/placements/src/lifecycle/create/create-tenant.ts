import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { place as placeTenant } from '../../api/place.ts';
import type { AtPlace } from '../at-place.ts';
import { type Session, textRows } from '../client.ts';
import { copyOwnRow, makeOwnRow, type OwnRow } from './own-row.ts';

/** What {@link createTenant} takes. */
export interface CreateOptions {
  readonly tenancy: Tenancy;
  /** Its id. Default: a random uuid; where ids are none, the default of the column. */
  readonly id?: string | undefined;
  /** Columns of its row. */
  readonly set: Readonly<Record<string, string | null>>;
  /** Where it is to live. Default: in the shared tables. */
  readonly place?: string | undefined;
}

/**
 * Creates a tenant: its row in the shared database, by which claims are looked up; with a place, its route, and
 * then its row there, which the keys of its tables refer to. Each step may be repeated, so the same call finishes
 * one that was interrupted.
 *
 * @param pool in a system scope that writes
 * @throws TenantryError `TENANT_EXISTS`, `CREATE_REFUSED`, `PLACE_UNKNOWN`, `TENANT_PLACED`, `TENANT_HAS_ROWS`,
 *   `PLACE_UNAVAILABLE`
 */
export async function createTenant(
  pool: TenantPool,
  at: AtPlace,
  { tenancy, id, set, place }: CreateOptions,
): Promise<OwnRow> {
  const given = id === undefined ? undefined : String(tenancy.parseId(id));
  if (given !== undefined) await refuseErased(pool, tenancy, given);
  const row = await makeOwnRow(pool, tenancy, given, set);
  if (place !== undefined) await placeRow(pool, at, tenancy, row, place);
  return row;
}

/** An id that was erased stays refused for ever. */
export async function refuseErased(
  session: Session,
  { schema }: Tenancy,
  tenant: string,
): Promise<void> {
  const erased = "select 1 from tenantry.placements where tenant = $1 and erasure = 'done'";
  const [row] = await textRows(session, textInSchema(schema, erased), [tenant]);
  if (row !== undefined)
    throw new TenantryError('TENANT_EXISTS', { found: 'a tenant of this id that was erased.' });
}

/** Gives a tenant its place, and its row there; a schema has the row of the shared tables. */
export async function placeRow(
  pool: TenantPool,
  at: AtPlace,
  tenancy: Tenancy,
  row: OwnRow,
  place: string,
): Promise<void> {
  await placeTenant(pool, tenancy, { [tenancy.property]: row.id, place } as never);
  const [isSchema] = await textRows(
    pool,
    textInSchema(
      tenancy.schema,
      'select 1 from tenantry.places where name = $1 and schema_name is not null',
    ),
    [place],
  );
  if (isSchema === undefined) await at(place, (client) => copyOwnRow(client, tenancy, row));
}
