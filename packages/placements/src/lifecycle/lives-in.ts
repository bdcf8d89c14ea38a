import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from './client.ts';

/**
 * The place in which a tenant lives; undefined for the shared tables.
 * @throws TenantryError `PLACE_IS_SCHEMA`
 */
export async function livesIn(
  session: Session,
  { schema }: Tenancy,
  tenant: string,
): Promise<string | undefined> {
  const [row] = await textRows(
    session,
    textInSchema(
      schema,
      `select r.place, (select s.schema_name from tenantry.places s where s.name = r.place)
       from tenantry.placements r where r.tenant = $1`,
    ),
    [tenant],
  );
  const [place, inSchema] = row ?? [];
  if (inSchema != null)
    throw new TenantryError('PLACE_IS_SCHEMA', { found: `the schema ${inSchema}.` });
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
