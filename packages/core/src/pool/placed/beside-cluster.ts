import { PostgresContextWriter } from '../../dialect/postgres/context.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import type { OpenServer } from '../opener.ts';

/**
 * Opens databases of tenants whose shared tables are on Citus: each is one server, so its dialect is that of
 * PostgreSQL.
 */
export function besideCluster(open: OpenServer, tenancy: Tenancy): OpenServer {
  const own: Tenancy = { ...tenancy, dialect: 'postgres' };
  const context = new PostgresContextWriter(own);
  return (login, serves, extras) => open(login, serves, { ...extras, tenancy: own, context });
}
