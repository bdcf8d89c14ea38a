import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { name as quoted, textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import type { LedgerName } from '../migrate/ledger.ts';
import { align, inWords } from './align.ts';
import { followShared } from './fleet/ledger.ts';
import { inSharedDatabase } from './in-shared-database.ts';
import { barredSchema, schemaForm, schemaTablesSql, shared } from './names.ts';
import { noSchemas } from './on-citus.ts';
import { unfitSql } from './unfit-sql.ts';

/** Ours that name tables of the application, and that no statement inside a tenant calls. */
const mayName = ['place_tenant'];

/** The place to add, and its schema. */
export interface NewSchema {
  readonly place: string;
  readonly schema: string;
}

/**
 * Makes a schema in which a tenant may live, or makes one equal again to the shared tables, and adds it to the
 * catalogue, in one transaction.
 *
 * @param pool in a system scope, on the shared database
 * @param url of the login that migrates that database
 * @param ledger where Drizzle keeps which migrations the shared tables have
 * @returns how many objects were made or taken away
 * @throws TenantryError `PLACE_TAKEN`, `PLACE_UNFIT`, `PLACE_UNALIKE`, `PLACE_UNAVAILABLE`,
 *   `DATABASE_NOT_PREPARED`
 */
export async function addSchema(
  pool: TenantPool,
  url: string,
  tenancy: Tenancy,
  place: NewSchema,
  ledger: LedgerName,
): Promise<number> {
  if (tenancy.dialect === 'citus') throw noSchemas(`the place ${place.place}`);
  return inSharedDatabase(pool, url, tenancy, (client) => make(client, tenancy, place, ledger));
}

async function make(
  client: pg.Client,
  tenancy: Tenancy,
  { place, schema }: NewSchema,
  ledger: LedgerName,
): Promise<number> {
  const own = (text: string) => textInSchema(tenancy.schema, text);
  // one at a time, and none while another place is added
  await client.query(own('lock table tenantry.places in share row exclusive mode'));
  const tables = await tablesOf(client, tenancy);
  await assertFit(client, tenancy, tables);
  await claim(client, tenancy, { place, schema });
  await client.query(own('select from tenantry.places p where p.name = $1 for no key update'), [
    place,
  ]);
  const behind = await followShared(client, tenancy, place, ledger);
  if (behind.length > 0)
    throw new TenantryError('PLACE_UNALIKE', {
      found: `the schema ${schema} has not had ${behind.length === 1 ? 'a migration' : `${behind.length} migrations`} of the shared tables.`,
      fix: 'Run `npx tenantry migrate`: it brings migrations to each schema, rows too.',
    });
  const list = tables.map((table) => quoted(shared, table).sql).join(', ');
  await client.query(`lock table ${list} in share update exclusive mode`); // their definitions stay as they are
  const made = await align(client, schema, shared, tables);
  await grantUsage(client, tenancy, schema);
  return made;
}

/** The names of the tables that a schema has. @throws TenantryError `PLACE_UNFIT` without any */
export async function tablesOf(client: pg.Client, tenancy: Tenancy): Promise<readonly string[]> {
  const { rows } = await client.query(schemaTablesSql, [barredSchema(tenancy)]);
  if (rows.length === 0)
    throw new TenantryError('PLACE_UNFIT', {
      found: 'no table that may live in a schema of a tenant.',
      fix: 'Name them in schemaTables of definePlacements, then run `npx tenantry generate` and your migrations.',
    });
  return (rows as { name: string }[]).map(({ name }) => name);
}

/** @throws TenantryError `PLACE_UNFIT` */
export async function assertFit(
  client: pg.Client,
  { schema }: Tenancy,
  tables: readonly string[],
): Promise<void> {
  const places = await client.query(
    textInSchema(
      schema,
      `select coalesce(array_agg(p.schema_name), '{}') as schemas from tenantry.places p where p.schema_name is not null`,
    ),
  );
  const [{ schemas }] = places.rows as [{ schemas: string[] }];
  const { rows } = await client.query(unfitSql, [shared, tables, mayName, schema, schemas]);
  const found = (rows as { table: string; found: string }[]).map((r) => `${r.table} ${r.found}`);
  if (found.length > 0) throw new TenantryError('PLACE_UNFIT', { found: `${inWords(found)}.` });
}

/** Takes the name of the place and the schema for one another. */
async function claim(
  client: pg.Client,
  tenancy: Tenancy,
  { place, schema }: NewSchema,
): Promise<void> {
  const own = (text: string) => textInSchema(tenancy.schema, text);
  const { rows } = await client.query(
    own(
      `select p.name, p.schema_name as schema from tenantry.places p where p.name = $1 or p.schema_name = $2`,
    ),
    [place, schema],
  );
  const [known] = rows as { name: string; schema: string | null }[];
  if (known?.name === place && known.schema === schema && rows.length === 1) return;
  if (known !== undefined)
    throw new TenantryError('PLACE_TAKEN', {
      found: `${known.name} is ${known.schema === null ? 'a database' : `the schema ${known.schema}`}.`,
      fix: 'Take another name for the place, and another schema.',
    });
  if (!schemaForm.test(schema) || [shared, tenancy.schema, barredSchema(tenancy)].includes(schema))
    throw new TenantryError('PLACE_TAKEN', {
      found: `the schema ${schema}, which is no name for a schema of a tenant.`,
      fix: 'Use lower-case letters, digits and _, beginning with a letter, and not with pg_.',
    });
  try {
    await client.query(`create schema ${quoted(schema).sql}`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42P06') throw error;
    throw new TenantryError('PLACE_TAKEN', {
      found: `the schema ${schema} is there already, and is no place.`,
      fix: 'Take another name for the schema.',
      cause: error,
    });
  }
  await client.query(own('insert into tenantry.places (name, schema_name) values ($1, $2)'), [
    place,
    schema,
  ]);
}

/** Who has rights on the tables may look into the schema, and nobody else. */
export async function grantUsage(
  client: pg.Client,
  { roles }: Tenancy,
  schema: string,
): Promise<void> {
  const { rows } = await client.query(
    `select distinct pg_catalog.quote_ident(r.rolname) as role from pg_catalog.pg_class c
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = $1
     left join pg_catalog.pg_attribute k on k.attrelid = c.oid
     cross join lateral (select (pg_catalog.aclexplode(c.relacl)).grantee union all select (pg_catalog.aclexplode(k.attacl)).grantee) a
     join pg_catalog.pg_roles r on r.oid = a.grantee
     union select pg_catalog.quote_ident(pg_catalog.unnest($2::text[]))`,
    [schema, [roles.app, roles.system]],
  );
  const grantees = (rows as { role: string }[]).map(({ role }) => role).join(', ');
  await client.query(`grant usage on schema ${quoted(schema).sql} to ${grantees}`);
}
