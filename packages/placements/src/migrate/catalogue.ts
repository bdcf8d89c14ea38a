import type { Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import type { CataloguedPlace } from './target.ts';

/** A place, and the folder of migrations that its ledger was last seen to be equal to. */
export interface RememberedPlace extends CataloguedPlace {
  readonly folder: string | null;
  /** The schema of the shared database that it is; null for a database. */
  readonly schema: string | null;
}

/**
 * The places of the catalogue, by name, with what is remembered of them. A row is believed when its mark
 * is that of the place, so a new database under an old name is looked into.
 */
export async function readCatalogue(
  client: pg.ClientBase,
  { schema }: Tenancy,
): Promise<RememberedPlace[]> {
  const own = (text: string) => textInSchema(schema, text);
  // before a migration of the catalogue there is no such column
  const columns = "p.name, p.mark::text, pg_catalog.to_jsonb(p) ->> 'schema_name' as schema";
  const { rows } = await client.query<{ places: boolean; memory: boolean }>(
    own(`select pg_catalog.to_regclass($name$tenantry.places$name$) is not null as places,
      pg_catalog.to_regclass($name$tenantry.place_migrations$name$) is not null as memory`),
  );
  if (rows[0]?.places !== true) return [];
  const found = await client.query<RememberedPlace>(
    own(
      rows[0].memory
        ? `select ${columns}, m.folder from tenantry.places p
           left join tenantry.place_migrations m on m.place = p.name and m.mark = p.mark order by p.name`
        : `select ${columns}, null as folder from tenantry.places p order by p.name`,
    ),
  );
  return found.rows;
}
