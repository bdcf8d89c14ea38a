import { TenantryError } from '@tenantry/core';
import type { CitusFacts, CitusNode, CitusTable } from './model.ts';
import { citusNodesSql, citusTablesSql, isWorkerSql, nodeSql } from './sql.ts';

interface Answer extends Pick<CitusNode, 'name' | 'coordinator' | 'takesShards' | 'shards'> {
  readonly success: boolean;
  readonly result: string;
}

/**
 * Reads what Citus knows of the tables, and asks every node for its own catalogue.
 * @throws TenantryError `CONFIG_INVALID` on a worker
 * @param part runs a query, and returns nothing for one that the login may not run
 * @param unseen gets the nodes that did not answer
 */
export async function readCitus(
  part: <T>(what: string, text: string, values?: unknown[]) => Promise<T[]>,
  roles: readonly string[],
  unseen: string[],
): Promise<CitusFacts> {
  const [node] = await part<{ isWorker: boolean }>('this node of Citus', isWorkerSql);
  if (node?.isWorker === true) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'doctor on a worker of Citus, which does not have the tables of the coordinator.',
      fix: 'Connect to the coordinator.',
    });
  }
  const tables = await part<CitusTable>('tables of Citus', citusTablesSql);
  const answers = await part<Answer>('nodes of Citus', citusNodesSql, [nodeSql(roles)]);
  const nodes = answers.flatMap(({ success, result, ...node }): CitusNode[] => {
    if (success) return [{ ...node, ...JSON.parse(result) }];
    unseen.push(`node ${node.name}: ${result}`);
    return [];
  });
  return { tables, nodes };
}
