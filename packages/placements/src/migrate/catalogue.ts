import type { Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import type { CataloguedPlace } from './target.ts';

/** A place, and the folder of migrations that its ledger was last seen to be equal to. */
export interface RememberedPlace extends CataloguedPlace {
  readonly folder: string | null;
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
  const { rows } = await client.query<{ places: boolean; memory: boolean }>(
    own(`select pg_catalog.to_regclass($name$tenantry.places$name$) is not null as places,
      pg_catalog.to_regclass($name$tenantry.place_migrations$name$) is not null as memory`),
  );
  if (rows[0]?.places !== true) return [];
  const found = await client.query<RememberedPlace>(
    own(
      rows[0].memory
        ? `select p.name, p.mark::text, m.folder from tenantry.places p
           left join tenantry.place_migrations m on m.place = p.name and m.mark = p.mark order by p.name`
        : 'select p.name, p.mark::text, null as folder from tenantry.places p order by p.name',
    ),
  );
  return found.rows;
}

/**
 * Remembers that the ledger of a place is equal to a folder. It is written after the transaction of the
 * place has ended, so at worst it knows too little.
 */
export async function remember(
  client: pg.ClientBase,
  { schema }: Tenancy,
  { name, mark }: CataloguedPlace,
  folder: string,
): Promise<void> {
  await client.query(
    textInSchema(
      schema,
      `insert into tenantry.place_migrations (place, mark, folder) values ($1, $2, $3)
       on conflict (place) do update set mark = excluded.mark, folder = excluded.folder, seen_at = now()`,
    ),
    [name, mark, folder],
  );
}

/** Forgets what is known of a place: its ledger is about to change, or differs. */
export async function forget(
  client: pg.ClientBase,
  { schema }: Tenancy,
  { name }: CataloguedPlace,
): Promise<void> {
  await client.query(
    textInSchema(schema, 'delete from tenantry.place_migrations where place = $1'),
    [name],
  );
}
