import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type pg from 'pg';
import { addPlace } from '../../api/add-place.ts';
import { withConnection } from '../../connect.ts';
import { tenantTables } from '../../rows/index.ts';
import { textRows } from '../client.ts';
import { refuseHidden } from '../hidden.ts';

/** What {@link createPlace} takes. */
export interface CreatePlaceOptions {
  readonly tenancy: Tenancy;
  readonly place: string;
  readonly database: string;
  readonly template: string;
  /** Of a login that migrates and may create databases, to any database of the server. */
  readonly url: string;
}

/**
 * Creates a database of tenants as a copy of another one, by which all migrations have run at once, and
 * adds it to the places. When it was interrupted, the same call goes on with the database that is there.
 *
 * @param pool in a system scope that writes, on the shared database
 * @returns how long the copy took, in milliseconds; 0 when it was there
 * @throws TenantryError `TEMPLATE_UNFIT`, `PLACE_TAKEN`, `PLACE_UNAVAILABLE`, `DATABASE_NOT_PREPARED`
 */
export async function createPlace(
  pool: TenantPool,
  { tenancy, place, database, template, url }: CreatePlaceOptions,
): Promise<{ readonly ms: number }> {
  const to = (path: string) => {
    const own = new URL(url);
    own.pathname = `/${encodeURIComponent(path)}`;
    return own.href;
  };
  await withConnection(`the template ${template}`, to(template), (client) =>
    refuseUnfit(client, tenancy, template, undefined),
  );
  const begun = performance.now();
  const made = await withConnection('the server of --url', url, (client) =>
    client
      .query(`create database ${name(database).sql} template ${name(template).sql}`)
      .then(() => true)
      .catch((error) => {
        if ((error as { code?: string }).code === '42P04') return false;
        throw explained(error, template);
      }),
  );
  const ms = made ? Math.round(performance.now() - begun) : 0;
  if (!made)
    await withConnection(`the database ${database}`, to(database), (client) =>
      refuseUnfit(client, tenancy, database, place),
    );
  await addPlace(pool, to(database), tenancy, place);
  return { ms };
}

/**
 * A copy of a database with tenants would show each of them twice.
 * @param place the place that it may be already; undefined for none
 */
async function refuseUnfit(
  client: pg.Client,
  tenancy: Tenancy,
  database: string,
  place: string | undefined,
): Promise<void> {
  const unfit = (what: string, cause?: unknown) =>
    new TenantryError('TEMPLATE_UNFIT', { found: `the database ${database} ${what}.`, cause });
  const [row] = await textRows(
    client,
    textInSchema(
      tenancy.schema,
      `select (select place from tenantry.here), exists (select from tenantry.places) or exists (select from tenantry.placements)`,
    ),
  ).catch((cause) => {
    const { code } = cause as { code?: string };
    throw code === '42P01' || code === '3F000'
      ? unfit('has not run your migrations', cause)
      : cause;
  });
  const here = row?.[0] ?? undefined;
  if (here !== undefined && here === place) return;
  if (here !== undefined) throw unfit(`is the place ${here}`);
  if (row?.[1] === 't') throw unfit('is that of the shared tables');
  const { tables } = await tenantTables(client, tenancy);
  const own = tables.filter(({ schema }) => schema !== tenancy.schema);
  // policies bind the login that owns the tables
  await client.query(`set role ${name(tenancy.roles.system).sql}`);
  await refuseHidden(client, own);
  for (const table of own) {
    const [any] = await textRows(client, `select 1 from ${table.from} limit 1`);
    if (any !== undefined) throw unfit(`has rows in ${pathOf(table)}`);
  }
}

function explained(error: unknown, template: string): unknown {
  const { code } = error as { code?: string };
  if (code === '55006')
    return new TenantryError('PLACE_UNAVAILABLE', {
      found: `somebody is connected to the template ${template}.`,
      fix: 'End the connections to it, and let nobody connect; then run the command again.',
      cause: error,
    });
  if (code === '42501')
    return new TenantryError('TEMPLATE_UNFIT', {
      found: `the login of --url may not copy the database ${template}.`,
      fix: `Give it CREATEDB, and let it own the template, or: alter database ${name(template).sql} is_template true.`,
      cause: error,
    });
  return error;
}
