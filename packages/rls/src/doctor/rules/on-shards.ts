import type { CitusFacts, NodeRelations } from '../catalogue/citus/model.ts';
import type { TableView } from '../subject/types.ts';

/** The most lines of evidence. */
export const mostLines = 10;

/** A table as the coordinator has it, and the tables of the workers and the shards that should be like it. */
export interface Alike {
  readonly wanted: NodeRelations;
  readonly others: readonly {
    readonly there: NodeRelations;
    /** `projects_102008, projects_102010 on 10.0.0.2:5432` */
    readonly at: string;
  }[];
}

/** A table and its shards on all nodes; undefined for one that Citus does not keep. */
export function shardsOf(citus: CitusFacts | undefined, table: TableView): Alike | undefined {
  const isOf = (each: NodeRelations) => each.schema === table.schema && each.table === table.name;
  const coordinator = citus?.nodes.find((node) => node.coordinator);
  const wanted = coordinator?.relations.find((each) => !each.shard && isOf(each));
  if (citus === undefined || wanted === undefined) return undefined;
  return {
    wanted,
    others: citus.nodes.flatMap((node) =>
      node.relations
        .filter((each) => each !== wanted && isOf(each))
        .map((there) => ({
          there,
          at: `${there.names.slice(0, 3).join(', ')}${there.names.length > 3 ? ` and ${there.names.length - 3} more` : ''} on ${node.name}`,
        })),
    ),
  };
}
