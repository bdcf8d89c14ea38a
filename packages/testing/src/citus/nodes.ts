import type pg from 'pg';
import { dropDatabase } from '../database/drop.ts';
import { databaseUrl, identifier, withClient } from '../sql/client.ts';
import type { Cluster, Node } from './cluster.ts';

/** Runs `work` on every node at once. */
export function onNodes<T>(
  { coordinator, workers }: Cluster,
  work: (client: pg.Client, node: Node) => Promise<T>,
): Promise<T[]> {
  return Promise.all(
    [coordinator, ...workers].map((node) => withClient(node.url, (client) => work(client, node))),
  );
}

/** Makes the database on every node, and a cluster of them in which only the workers hold shards. */
export async function createOnNodes(cluster: Cluster, name: string): Promise<void> {
  await onNodes(cluster, async (client, { url }) => {
    await client.query(`create database ${identifier(name)} template template0`);
    await withClient(databaseUrl(url, name), (own) => own.query('create extension citus'));
  });
  const { coordinator, workers } = cluster;
  await withClient(databaseUrl(coordinator.url, name), async (client) => {
    const { host, port } = coordinator;
    await client.query('select citus_set_coordinator_host($1, $2)', [host, port]);
    for (const worker of workers) {
      await client.query('select citus_add_node($1, $2)', [worker.host, worker.port]);
    }
    await client.query(`select citus_set_node_property($1, $2, 'shouldhaveshards', false)`, [
      host,
      port,
    ]);
  });
}

/** Drops the database on every node, the coordinator's first; open connections are ended. */
export async function dropOnNodes({ coordinator, workers }: Cluster, name: string): Promise<void> {
  for (const { url } of [coordinator, ...workers]) {
    await withClient(url, (client) => dropDatabase(client, name, { force: true }));
  }
}

/** Citus is connected to every database of its own nodes, so these connections do not count. */
const usersSql = `
  select from pg_catalog.pg_stat_activity where datname = $1
    and backend_type = 'client backend' and application_name not like 'citus\\_internal%'`;

/** The same, unless somebody is connected to one of them. */
export async function dropUnusedOnNodes(cluster: Cluster, name: string): Promise<void> {
  const users = await onNodes(
    cluster,
    async (client) => (await client.query(usersSql, [name])).rows,
  );
  if (users.flat().length === 0) await dropOnNodes(cluster, name);
}
