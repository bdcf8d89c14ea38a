import { name } from '@tenantry/core/sql';
import type pg from 'pg';
import type { FolderForm, Migration } from './folder.ts';

/** Where Drizzle keeps what has run: `drizzle.__drizzle_migrations`, unless drizzle.config.ts says otherwise. */
export interface LedgerName {
  readonly schema: string;
  readonly table: string;
}

/** A migration that has run in a database. */
export interface LedgerRow {
  readonly id: number;
  readonly hash: string;
  /** The time of the migration, in milliseconds. */
  readonly when: number;
  /** The name, which Drizzle 1.0 stores. */
  readonly name: string | null;
}

/** What has run in a database, the last one first as Drizzle sorts it. */
export interface Ledger {
  /** Whether its table is there. */
  readonly exists: boolean;
  /** Whether it has the columns of Drizzle 1.0. */
  readonly hasNames: boolean;
  readonly rows: readonly LedgerRow[];
}

const quoted = ({ schema, table }: LedgerName) => name(schema, table).sql;

/** Reads the ledger of a database, which need not be there. */
export async function readLedger(client: pg.ClientBase, of: LedgerName): Promise<Ledger> {
  const { rows: columns } = await client.query<{ name: string }>(
    `select a.attname as name from pg_catalog.pg_attribute a
     where a.attrelid = pg_catalog.to_regclass($1) and a.attnum > 0 and not a.attisdropped`,
    [quoted(of)],
  );
  if (columns.length === 0) return { exists: false, hasNames: false, rows: [] };
  const hasNames = columns.some((column) => column.name === 'name');
  const { rows } = await client.query<{ id: number; hash: string; at: string; name: string }>(
    `select id, hash, created_at as at, ${hasNames ? 'name' : 'null'} as name from ${quoted(of)} order by created_at desc`,
  );
  return {
    exists: true,
    hasNames,
    rows: rows.map(({ id, hash, at, name }) => ({ id, hash, when: Number(at), name })),
  };
}

/**
 * Makes the ledger, or waits until nobody writes to it. The lock is in the way of Drizzle's own migrator
 * too, which inserts into it at its end.
 */
export async function lockLedger(
  client: pg.ClientBase,
  of: LedgerName,
  { exists }: Ledger,
  form: FolderForm,
): Promise<void> {
  if (!exists) await createLedger(client, of, form);
  await client.query(`lock table ${quoted(of)} in share row exclusive mode`);
}

/** The table as Drizzle makes it. */
async function createLedger(
  client: pg.ClientBase,
  of: LedgerName,
  form: FolderForm,
): Promise<void> {
  // IF NOT EXISTS would ask for the right to create a schema that is there
  const { rows } = await client.query('select from pg_catalog.pg_namespace where nspname = $1', [
    of.schema,
  ]);
  if (rows.length === 0) await client.query(`create schema if not exists ${name(of.schema).sql}`);
  const names =
    form === 'folders' ? ', name text, applied_at timestamp with time zone default now()' : '';
  await client.query(
    `create table if not exists ${quoted(of)} (id serial primary key, hash text not null, created_at bigint${names})`,
  );
}

/** Gives a ledger of Drizzle 0.x the columns of 1.0, as its migrator does. */
export async function nameRows(
  client: pg.ClientBase,
  of: LedgerName,
  named: readonly (readonly [row: LedgerRow, migration: Migration])[],
): Promise<void> {
  await client.query(
    `alter table ${quoted(of)} add column if not exists name text,
     add column if not exists applied_at timestamp with time zone default now()`,
  );
  await client.query(
    `update ${quoted(of)} l set name = n.name, applied_at = null
     from unnest($1::int[], $2::text[]) n(id, name) where l.id = n.id`,
    [named.map(([row]) => row.id), named.map(([, migration]) => migration.name)],
  );
}

/** Says that these migrations have run. */
export async function addRows(
  client: pg.ClientBase,
  of: LedgerName,
  ran: readonly Migration[],
  form: FolderForm,
): Promise<void> {
  const named = form === 'folders';
  await client.query(
    `insert into ${quoted(of)} (hash, created_at${named ? ', name' : ''})
     select n.hash, n.at${named ? ', n.name' : ''}
     from unnest($1::text[], $2::int8[], $3::text[]) with ordinality n(hash, at, name, i) order by n.i`,
    [ran.map(({ hash }) => hash), ran.map(({ when }) => when), ran.map(({ name }) => name)],
  );
}
