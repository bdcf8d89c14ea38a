import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { connectionOf, connectTo } from '../connect.ts';
import { tenantTables } from '../rows/index.ts';
import { auditOf } from './audit-log.ts';
import type { EndOfMove } from './end.ts';
import { failedAt } from './failure.ts';
import type { Owners } from './owners.ts';
import { type EndPlace, movedTables, titleOfEnd } from './schema-ends.ts';

/**
 * Settings by which equal values have equal texts in both databases, and which let nothing but the mover end
 * its session. Rows that were written a moment ago are in memory, where an index is worth its while; the counts of
 * parts stay there too, and no statement is worth being compiled.
 */
const settings = {
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  row_security: 'on',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  random_page_cost: '1.1',
  work_mem: '32MB',
  jit: 'off',
};

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
    const tables = movedTables(await tenantTables(client, tenancy, { schema }), at);
    const systemRole = tenancy.roles.system;
    const reached = await query<{ oid: string }>(reachedSql, [
      systemRole,
      tables.tables.map(({ oid }) => oid),
    ]);
    return {
      place,
      isShared,
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
