import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from './client.ts';
import { placeOf } from './place-of.ts';

/**
 * The place in which a tenant lives; undefined for the shared tables.
 * @throws TenantryError `PLACE_IS_SCHEMA`
 */
export async function livesIn(
  session: Session,
  tenancy: Tenancy,
  tenant: string,
): Promise<string | undefined> {
  const { place, schema } = await placeOf(session, tenancy, tenant);
  if (schema !== null)
    throw new TenantryError('PLACE_IS_SCHEMA', { found: `the schema ${schema}.` });
  return place ?? undefined;
}

/** @throws TenantryError `TENANT_MOVING` */
export async function refuseMoving(
  session: Session,
  { schema }: Tenancy,
  tenant: string,
): Promise<void> {
  const moving = textInSchema(
    schema,
    'select 1 from tenantry.placements where tenant = $1 and moving',
  );
  if ((await textRows(session, moving, [tenant])).length > 0)
    throw new TenantryError('TENANT_MOVING', { found: 'a move that has begun.' });
}
