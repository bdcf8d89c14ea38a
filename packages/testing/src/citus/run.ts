import { databasesOfRuns } from '../database/drop.ts';
import { startRun } from '../server/run.ts';
import type { Cluster } from './cluster.ts';
import { dropUnusedOnNodes, onNodes } from './nodes.ts';

const slot = Symbol.for('@tenantry/testing/citus@1');

/**
 * The run of this process on a cluster: its databases have its name, and it lives until the process ends.
 * The first call drops the databases of runs that died.
 */
export function citusRun(cluster: Cluster): Promise<string> {
  const holder = globalThis as { [slot]?: Map<string, Promise<string>> };
  holder[slot] ??= new Map();
  const runs = holder[slot];
  const { url } = cluster.coordinator;
  let run = runs.get(url);
  if (run === undefined) {
    run = openRun(cluster);
    runs.set(url, run);
    run.catch(() => runs.delete(url));
  }
  return run;
}

async function openRun(cluster: Cluster): Promise<string> {
  const { name } = await startRun(cluster.coordinator.url, {
    isShared: true,
    leftOvers: {
      databases: async () => {
        const found = await onNodes(cluster, (client) => databasesOfRuns(client));
        return [...new Set(found.flat())];
      },
      dropUnused: (_, database) => dropUnusedOnNodes(cluster, database),
    },
  });
  return name;
}
