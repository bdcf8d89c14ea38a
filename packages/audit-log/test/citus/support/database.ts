import { randomUUID } from 'node:crypto';
import { withClient } from '@tenantry/testing/schema';

/** A database on every node of the cluster of TEST_CITUS_URL, of which only the workers hold shards. */
export interface CitusDatabase {
  readonly url: string;
  readonly workers: readonly string[];
  drop(): Promise<void>;
}

interface Node {
  readonly host: string;
  readonly port: number;
  readonly coordinates: boolean;
}

const at = (url: string, { host, port }: Node, database: string): string =>
  Object.assign(new URL(url), { hostname: host, port: String(port), pathname: `/${database}` })
    .href;

export async function createCitusDatabase(
  migrate: (url: string) => Promise<unknown>,
): Promise<CitusDatabase> {
  const given = process.env.TEST_CITUS_URL ?? '';
  const name = `audit_${randomUUID().slice(0, 8)}`;
  const nodes = await withClient(given, async (client) => {
    const found = await client.query<Node>(
      'select nodename as host, nodeport as port, groupid = 0 as coordinates from pg_dist_node order by groupid',
    );
    return found.rows;
  });
  const own = new URL(given).pathname.slice(1);
  const everywhere = (sql: string, database = own) =>
    Promise.all(nodes.map((node) => withClient(at(given, node, database), (c) => c.query(sql))));
  const alone = `set citus.enable_create_database_propagation = off`;
  for (const node of nodes) {
    await withClient(at(given, node, own), async (client) => {
      await client.query(alone);
      await client.query(`create database ${name} template template0`);
    });
  }
  await everywhere('create extension citus', name);
  const [coordinator, ...workers] = nodes as [Node, ...Node[]];
  const url = at(given, coordinator, name);
  await withClient(url, async (client) => {
    const { host, port } = coordinator;
    await client.query('select citus_set_coordinator_host($1, $2)', [host, port]);
    for (const worker of workers)
      await client.query('select citus_add_node($1, $2)', [worker.host, worker.port]);
    await client.query("select citus_set_node_property($1, $2, 'shouldhaveshards', false)", [
      host,
      port,
    ]);
  });
  // roles belong to the whole cluster
  await withClient(given, async (client) => {
    await client.query("select pg_advisory_lock(hashtext('audit-log on citus'))");
    await migrate(url);
  });
  return {
    url,
    workers: workers.map((node) => at(given, node, name)),
    async drop() {
      for (const node of nodes) {
        await withClient(at(given, node, own), async (client) => {
          await client.query(alone);
          await client.query(`drop database if exists ${name} with (force)`);
        });
      }
    },
  };
}
