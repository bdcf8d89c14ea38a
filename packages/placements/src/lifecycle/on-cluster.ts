import { type Tenancy, TenantryError } from '@tenantry/core';
import { fenceClass } from '@tenantry/core/sql';
import { type Session, settings, textRows } from './client.ts';

/** Whether a connection leads to a cluster; the databases of tenants beside it are servers of their own. */
export async function isCluster(
  session: Session,
  { dialect }: Pick<Tenancy, 'dialect'>,
): Promise<boolean> {
  if (dialect !== 'citus') return false;
  const [row] = await textRows(
    session,
    "select pg_catalog.to_regclass('pg_catalog.pg_dist_partition')::text",
  );
  return row?.[0] != null;
}

/** The workers write and read values too: what SET LOCAL says after it holds there. */
export const toWorkers = "set local citus.propagate_set_commands = 'local'";

/** Sets, for a transaction, how values are written and read. @param cluster on the workers too */
export async function setValues(session: Session, cluster: boolean): Promise<void> {
  if (cluster) await session.query(toWorkers);
  for (const setting of settings) await session.query(setting);
}

/**
 * Begins to read a tenant. On one server it reads a snapshot. Each statement on a worker has a snapshot of its
 * own, so on a cluster the statements of the tenant wait.
 * @throws TenantryError `MOVE_BLOCKED`
 */
export async function beginReading(
  session: Session,
  tenancy: Tenancy,
  tenant: string,
): Promise<void> {
  const cluster = await isCluster(session, tenancy);
  await session.query(
    cluster
      ? 'begin isolation level read committed read only'
      : 'begin isolation level repeatable read read only',
  );
  await setValues(session, cluster);
  if (cluster) await keepOut(session, tenant);
}

/** How long a transaction of the tenant is waited for. */
const waitFor = '10s';

async function keepOut(session: Session, tenant: string): Promise<void> {
  await session.query(`set local lock_timeout = '${waitFor}'`);
  await session
    .query(`select pg_catalog.pg_advisory_xact_lock(${fenceClass}, pg_catalog.hashtext($1))`, [
      tenant,
    ])
    .catch((error) => {
      const { code, message } = error as { code?: string; message: string };
      if (code !== '55P03') throw error;
      throw new TenantryError('MOVE_BLOCKED', {
        found: `a transaction of the tenant that does not end (${message}).`,
        cause: error,
      });
    });
  await session.query('set local lock_timeout = 0');
}
