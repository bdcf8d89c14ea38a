import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from './client.ts';

/**
 * Refuses a connection that leads to another database than that of a place, or of the shared tables.
 * @param place undefined for the shared tables
 * @throws TenantryError `PLACE_UNAVAILABLE`
 */
export async function refuseElsewhere(
  session: Session,
  { schema }: Tenancy,
  place: string | undefined,
  fix = 'Correct the connection string of the login that owns its tables.',
): Promise<void> {
  const [row] = await textRows(
    session,
    textInSchema(schema, 'select (select place from tenantry.here)'),
  );
  if ((row?.[0] ?? undefined) === place) return;
  throw new TenantryError('PLACE_UNAVAILABLE', {
    found: `the connection to ${place === undefined ? 'the shared database' : `the place ${place}`} leads to ${row?.[0] ?? 'a database that is no place of tenants'}.`,
    fix,
  });
}
