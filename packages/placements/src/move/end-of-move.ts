import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { connectionOf, connectTo } from '../connect.ts';
import { isCluster } from '../lifecycle/on-cluster.ts';
import { tenantTables } from '../rows/index.ts';
import { auditOf } from './audit-log.ts';
import type { EndOfMove } from './end.ts';
import { failedAt } from './failure.ts';
import type { Owners } from './owners.ts';
import { type EndPlace, movedTables, titleOfEnd } from './schema-ends.ts';
import { settings } from './settings.ts';

const reachedSql = `
select c.oid::text as oid from pg_catalog.pg_class c where c.oid = any ($2::oid[])
  and pg_catalog.has_table_privilege($1, c.oid, 'select') and pg_catalog.has_table_privilege($1, c.oid, 'insert')
  and pg_catalog.has_table_privilege($1, c.oid, 'delete')`;

/**
 * Connects to a database of a move.
 * @param at Default: the place is a database, and the other end is in another one
 * @throws TenantryError `PLACE_UNAVAILABLE`, `DATABASE_NOT_PREPARED`
 */
export async function openEnd(
  place: string | null,
  tenancy: Tenancy,
  { connect, url }: Owners,
  at: EndPlace = { schema: null, isShared: place === null, within: false },
): Promise<EndOfMove> {
  const { isShared, schema } = at;
  const title = titleOfEnd(place, at);
  const connection = place === null || isShared ? url : await connectionOf(place, 'owner', connect);
  const client = await connectTo(title, connection);
  try {
    const query = async <R>(text: string, values: unknown[] = []) =>
      (await client.query(textInSchema(tenancy.schema, text), values).catch(failedAt(title)))
        .rows as R[];
    await client.query(
      'select pg_catalog.set_config(name, value, false) from pg_catalog.jsonb_each_text($1) as given (name, value)',
      [JSON.stringify(settings)],
    );
    const [here] = await query<{ place: string }>('select place from tenantry.here');
    if ((here?.place ?? null) !== (isShared ? null : place))
      throw wrongDatabase(title, here?.place);
    const onCluster = await isCluster(client, tenancy);
    if (onCluster && !isShared) throw wrongDatabase(title, undefined);
    const tables = movedTables(await tenantTables(client, tenancy, { schema }), at);
    const systemRole = tenancy.roles.system;
    // on a cluster policies do not bind the owner, and each role has connections of its own to the workers
    const reached = await query<{ oid: string }>(reachedSql, [
      systemRole,
      onCluster ? [] : tables.tables.map(({ oid }) => oid),
    ]);
    return {
      place,
      isShared,
      isCluster: onCluster,
      schema,
      title,
      client,
      tables,
      query,
      systemRole,
      reached: new Set(reached.map(({ oid }) => Number(oid))),
      // within a database the log stays
      audit: at.within ? 'none' : await auditOf({ query }),
      acting: undefined,
      tenant: '',
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

const wrongDatabase = (title: string, here: string | undefined) =>
  new TenantryError('PLACE_UNAVAILABLE', {
    found: `the connection to ${title} leads to ${here === undefined ? 'a database that is no place of tenants' : `the database ${here}`}.`,
    fix: 'Correct the connection string of the login that owns its tables.',
  });
