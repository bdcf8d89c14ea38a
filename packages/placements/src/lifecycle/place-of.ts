import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from './client.ts';

/** Where a tenant lives. */
export interface TenantPlace {
  /** Null for the shared tables. */
  readonly place: string | null;
  /** The schema of this database that the place is; null for the shared tables, and for a database. */
  readonly schema: string | null;
}

/** Where a tenant lives, as the catalogue of this database has it; that of a place knows nobody. */
export async function placeOf(
  session: Session,
  { schema: own }: Pick<Tenancy, 'schema'>,
  tenant: string,
): Promise<TenantPlace> {
  const [row] = await textRows(
    session,
    textInSchema(
      own,
      `select r.place, (select s.schema_name from tenantry.places s where s.name = r.place)
       from tenantry.placements r where r.tenant = $1`,
    ),
    [tenant],
  );
  return { place: row?.[0] ?? null, schema: row?.[1] ?? null };
}

/** @throws TenantryError `TENANT_MOVING` */
export async function refuseMoving(
  session: Session,
  { schema }: Pick<Tenancy, 'schema'>,
  tenant: string,
): Promise<void> {
  const moving = textInSchema(
    schema,
    'select 1 from tenantry.placements where tenant = $1 and moving',
  );
  if ((await textRows(session, moving, [tenant])).length > 0)
    throw new TenantryError('TENANT_MOVING', { found: 'a move that has begun.' });
}
