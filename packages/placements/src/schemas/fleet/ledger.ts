import type { Tenancy } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import { type Ledger, type LedgerName, type LedgerRow, readLedger } from '../../migrate/ledger.ts';

/** What a schema has. */
export interface SchemaState {
  readonly ledger: Ledger;
  /** The id of the last row of its ledger; 0 for none. */
  readonly lastId: number;
  readonly tables: readonly string[];
}

/**
 * Reads what schemas have, all in one query.
 * @param place one of them. Default: all
 */
export async function readSchemaStates(
  client: pg.ClientBase,
  { schema }: Tenancy,
  place: string | null = null,
): Promise<Map<string, SchemaState>> {
  const { rows } = await client.query<{ place: string; ledger: LedgerRow[]; tables: string[] }>(
    textInSchema(
      schema,
      `select p.name as place, array(select c.relname::text from pg_catalog.pg_class c
           join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = p.schema_name and c.relkind = 'r') as tables,
         (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
             'id', m.id, 'hash', m.hash, 'when', m.created_at, 'name', m.name) order by m.created_at desc, m.id desc), '[]')
           from tenantry.schema_migrations m where m.place = p.name) as ledger
       from tenantry.places p where p.schema_name is not null and p.name = coalesce($1, p.name)`,
    ),
    [place],
  );
  return new Map(
    rows.map(({ place: name, ledger, tables }) => [
      name,
      {
        ledger: { exists: true, hasNames: true, rows: ledger },
        lastId: Math.max(0, ...ledger.map(({ id }) => id)),
        tables,
      },
    ]),
  );
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
  const own = (await readSchemaStates(client, tenancy, place)).get(place)?.ledger.rows ?? [];
  const has = new Set(own.map(({ hash, when }) => `${hash} ${when}`));
  const missing = shared.rows.filter(({ hash, when }) => !has.has(`${hash} ${when}`));
  if (own.length > 0) return missing;
  await addRows(client, tenancy, place, [...missing].reverse());
  return [];
}
