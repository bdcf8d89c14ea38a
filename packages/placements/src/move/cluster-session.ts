import { TenantryError } from '@tenantry/core';
import { literal } from '@tenantry/core/sql';
import { toWorkers } from '../lifecycle/on-cluster.ts';
import type { EndOfMove } from './end.ts';
import { settings } from './settings.ts';

/**
 * Begins a transaction on a cluster, where SET LOCAL reaches the workers: rows are hashed there, and triggers of
 * shards do not run. Each statement has a snapshot of its own.
 */
export async function beginOnCluster(
  { query }: EndOfMove,
  setting: string,
  tenant: string,
  mode: 'read' | 'write',
): Promise<void> {
  await query(`begin isolation level read committed${mode === 'read' ? ' read only' : ''}`);
  await query(toWorkers);
  const [row] = await query<{ commit: string }>(
    "select pg_catalog.current_setting('synchronous_commit') as commit",
  );
  const values = {
    ...settings,
    ...(mode === 'write' && {
      session_replication_role: 'replica',
      // a worker has a default of its own
      synchronous_commit: row?.commit ?? 'on',
    }),
  };
  for (const [name, value] of Object.entries(values))
    await query(`set local ${name} = ${literal(value).sql}`);
  await query(`set local ${setting} = ${literal(tenant).sql}`);
}

/** What nodes say to a query, in one round trip from the coordinator. */
const onAllNodes = 'select nodeid, success, result from pg_catalog.run_command_on_all_nodes($1)';

/** Asks every node for one value. @throws Error when one does not answer */
export async function askNodes({ query }: EndOfMove, text: string): Promise<string[]> {
  const answers = await query<{ nodeid: number; success: boolean; result: string }>(onAllNodes, [
    text,
  ]);
  const silent = answers.find(({ success }) => !success);
  if (silent !== undefined)
    throw Object.assign(new Error(`node ${silent.nodeid} of the cluster: ${silent.result}`), {
      code: '08006',
    });
  return answers.map(({ result }) => result);
}

const preparedSql =
  "select coalesce(pg_catalog.string_agg(gid, ' '), '') from pg_catalog.pg_prepared_xacts where database = pg_catalog.current_database()";
const pauseMs = 100;

/**
 * Waits for what was committed on the coordinator and only prepared on a worker: nobody sees its rows yet, and it is
 * no transaction of the tenant any more. Citus finishes it when the worker can be reached.
 * @throws TenantryError `MOVE_BLOCKED`
 */
export async function awaitPrepared(end: EndOfMove, waitMs: number): Promise<void> {
  const until = performance.now() + waitMs;
  const prepared = async () =>
    new Set((await askNodes(end, preparedSql)).flatMap((gids) => gids.split(' ')).filter(Boolean));
  // those that come later are not of this tenant
  let left = await prepared();
  while (left.size > 0) {
    if (performance.now() >= until)
      throw new TenantryError('MOVE_BLOCKED', {
        found: `a transaction of the cluster is prepared on a worker and not ended: ${[...left].join(', ')}.`,
      });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const now = await prepared();
    left = new Set([...left].filter((gid) => now.has(gid)));
  }
}
