import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import type { Migration } from '../../migrate/folder.ts';
import { type Ledger, type LedgerName, type LedgerRow, readLedger } from '../../migrate/ledger.ts';

/** The ledger of the place $1 as JSON, the last row first. */
const ledgerSql = `(select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
  'id', m.id, 'hash', m.hash, 'when', m.created_at, 'name', m.name) order by m.created_at desc, m.id desc), '[]')
  from tenantry.schema_migrations m where m.place = $1)`;

const ledgerOf = (rows: readonly LedgerRow[]): Ledger => ({ exists: true, hasNames: true, rows });

/** Reads which migrations a schema has. */
export async function readSchemaLedger(
  client: pg.ClientBase,
  { schema }: Tenancy,
  place: string,
): Promise<Ledger> {
  const { rows } = await client.query<{ ledger: readonly LedgerRow[] }>(
    textInSchema(schema, `select ${ledgerSql} as ledger`),
    [place],
  );
  return ledgerOf(rows[0]?.ledger ?? []);
}

/**
 * Holds a place, and reads its ledger and which tables its schema has. Nobody removes the place or adds it again
 * meanwhile; tenants get it as before.
 * @throws TenantryError `PLACE_UNKNOWN`
 */
export async function holdSchema(
  client: pg.ClientBase,
  { schema: own }: Tenancy,
  { name, mark, schema }: { readonly name: string; readonly mark: string; readonly schema: string },
): Promise<{ readonly ledger: Ledger; readonly tables: readonly string[] }> {
  // the lock first: in one statement the ledger would be that of before the wait
  const held = await client.query(
    textInSchema(
      own,
      'select from tenantry.places p where p.name = $1 and p.mark = $2 for no key update',
    ),
    [name, mark],
  );
  if (held.rowCount !== 1) throw new TenantryError('PLACE_UNKNOWN', { found: name });
  const { rows } = await client.query<{ ledger: readonly LedgerRow[]; tables: string[] }>(
    textInSchema(
      own,
      `select ${ledgerSql} as ledger, array(select c.relname::text from pg_catalog.pg_class c
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $2 and c.relkind = 'r') as tables`,
    ),
    [name, schema],
  );
  return { ledger: ledgerOf(rows[0]?.ledger ?? []), tables: rows[0]?.tables ?? [] };
}

type NewRow = Pick<LedgerRow, 'hash' | 'when' | 'name'>;

async function addRows(
  client: pg.ClientBase,
  { schema }: Tenancy,
  place: string,
  rows: readonly NewRow[],
): Promise<void> {
  await client.query(
    textInSchema(
      schema,
      `insert into tenantry.schema_migrations (place, hash, created_at, name)
       select $1, n.hash, n.at, n.name from unnest($2::text[], $3::int8[], $4::text[]) with ordinality n (hash, at, name, i) order by n.i`,
    ),
    [place, rows.map(({ hash }) => hash), rows.map(({ when }) => when), rows.map((r) => r.name)],
  );
}

/**
 * Says that a schema has these migrations.
 * @param folder the folder that it is equal to now; undefined while something differs
 */
export async function addSchemaRows(
  client: pg.ClientBase,
  tenancy: Tenancy,
  { name, mark }: { readonly name: string; readonly mark: string },
  { ran, folder }: { readonly ran: readonly Migration[]; readonly folder: string | undefined },
): Promise<void> {
  await addRows(client, tenancy, name, ran);
  // the memory of tenantry migrate; here it is never wrong, because it is one transaction
  await client.query(
    textInSchema(
      tenancy.schema,
      `with gone as (delete from tenantry.place_migrations m where m.place = $1 and $3::text is null)
       insert into tenantry.place_migrations (place, mark, folder) select $1, $2, $3 where $3 is not null
       on conflict (place) do update set mark = excluded.mark, folder = excluded.folder, seen_at = now()`,
    ),
    [name, mark, folder],
  );
}

/**
 * Says that a schema which was made of the shared tables has every migration that these have.
 * @returns the migrations that these have, and the schema has not, of a schema that was there before
 */
export async function followShared(
  client: pg.ClientBase,
  tenancy: Tenancy,
  place: string,
  ledger: LedgerName,
): Promise<readonly LedgerRow[]> {
  const shared = await readLedger(client, ledger);
  const own = await readSchemaLedger(client, tenancy, place);
  const has = new Set(own.rows.map(({ hash, when }) => `${hash} ${when}`));
  const missing = shared.rows.filter(({ hash, when }) => !has.has(`${hash} ${when}`));
  if (own.rows.length > 0) return missing;
  await addRows(client, tenancy, place, [...missing].reverse());
  return [];
}
