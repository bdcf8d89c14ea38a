import type pg from 'pg';
import { messageOf, TenantryError } from '../errors.ts';
import { withoutPassword } from '../server/given.ts';
import { withClient } from '../sql/client.ts';

/** A node of a cluster, under the name by which the others reach it. */
export interface Node {
  readonly host: string;
  readonly port: number;
  /** Connection string of the given database on this node. */
  readonly url: string;
}

/** The nodes of a cluster. */
export interface Cluster {
  readonly coordinator: Node;
  readonly workers: readonly Node[];
}

const nodesSql = `
  select nodename as host, nodeport as port, groupid = 0 as coordinates
    from pg_catalog.pg_dist_node where noderole = 'primary' and isactive order by nodeid`;

/**
 * Reads the nodes of the cluster that a database coordinates, and checks that tests can run on each.
 *
 * @throws TenantryError `TEST_CITUS_URL_FAILED`
 */
export async function readCluster(url: string): Promise<Cluster> {
  const nodes = await asked(url, async (client) => {
    const { rows: found } = await client.query(
      "select from pg_catalog.pg_extension where extname = 'citus'",
    );
    if (found.length === 0) {
      throw new TenantryError('TEST_CITUS_URL_FAILED', {
        found: `a database without the extension citus, ${withoutPassword(url)}.`,
        fix: "Start PostgreSQL with shared_preload_libraries = 'citus', then run: create extension citus;",
      });
    }
    return (await client.query<{ host: string; port: number; coordinates: boolean }>(nodesSql))
      .rows;
  });
  const workers = nodes.filter(({ coordinates }) => !coordinates);
  if (workers.length === 0) {
    throw new TenantryError('TEST_CITUS_URL_FAILED', {
      found: `a coordinator without workers, ${withoutPassword(url)}.`,
      fix: "On the coordinator run, for each worker: select citus_add_node('its host', 5432);",
    });
  }
  const { hostname, port } = new URL(url);
  const self = nodes.find(({ coordinates }) => coordinates) ?? {
    host: decodeURIComponent(hostname),
    port: Number(port || 5432),
  };
  const cluster = {
    coordinator: { host: self.host, port: self.port, url },
    workers: workers.map(({ host, port }) => ({ host, port, url: at(url, host, port) })),
  };
  await Promise.all([cluster.coordinator, ...cluster.workers].map(checkNode));
  return cluster;
}

/** Triggers run on the workers, and every commit on two nodes is a prepared one. */
export async function checkNode({ url }: Node): Promise<void> {
  const { rows } = await asked(url, (client) =>
    client.query<{ triggers: boolean; prepared: boolean }>(
      `select coalesce(current_setting('citus.enable_unsafe_triggers', true), '') = 'on' as triggers,
              current_setting('max_prepared_transactions')::int > 0 as prepared`,
    ),
  );
  if (rows[0]?.prepared !== true) {
    throw new TenantryError('TEST_CITUS_URL_FAILED', {
      found: `max_prepared_transactions = 0 on ${withoutPassword(url)}.`,
      fix: 'On each node run: alter system set max_prepared_transactions = 200; then restart it.',
    });
  }
  if (rows[0]?.triggers !== true) {
    throw new TenantryError('TEST_CITUS_URL_FAILED', {
      found: `citus.enable_unsafe_triggers = off on ${withoutPassword(url)}.`,
      fix: 'On each node run: alter system set citus.enable_unsafe_triggers = on; select pg_reload_conf();',
    });
  }
}

async function asked<T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await withClient(url, ask);
  } catch (error) {
    if (error instanceof TenantryError) throw error;
    throw new TenantryError('TEST_CITUS_URL_FAILED', {
      found: `${withoutPassword(url)} (${messageOf(error)}).`,
      cause: error,
    });
  }
}

function at(url: string, host: string, port: number): string {
  const other = new URL(url);
  other.hostname = host;
  other.port = String(port);
  return other.href;
}
