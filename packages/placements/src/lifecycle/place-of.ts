import type { Tenancy } from '@tenantry/core';
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
