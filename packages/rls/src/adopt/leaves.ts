import { type AdoptConnection, rowsOf } from './connection.ts';

/** A table, or one of its partitions. */
export interface Partition {
  readonly oid: number;
  /** The table that it is a partition of; null for the table itself. */
  readonly parent: number | null;
  readonly schema: string;
  readonly name: string;
  /** Whether it holds rows itself; otherwise its own partitions do. */
  readonly isLeaf: boolean;
  /** Its size in blocks. */
  readonly blocks: number;
  /** Estimated rows. */
  readonly rows: number;
}

/** A table and its partitions, each after the table that it is a partition of. */
export const partitionsOf = (
  connection: AdoptConnection,
  oid: number,
): Promise<readonly Partition[]> =>
  rowsOf<Partition>(
    connection,
    `with recursive tree as (
       select $1::oid as relid, null::oid as parent, 0 as depth
       union all select i.inhrelid, i.inhparent, depth + 1 from pg_catalog.pg_inherits i join tree on i.inhparent = tree.relid)
     select c.oid, tree.parent, n.nspname::text as schema, c.relname::text as name, c.relkind = 'r' as "isLeaf",
       case c.relkind when 'r' then (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int)::int else 0 end as blocks,
       greatest(c.reltuples, 0)::float8 as rows
     from tree join pg_catalog.pg_class c on c.oid = tree.relid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') order by tree.depth, c.oid`,
    [oid],
  );

/** Where the rows of a table are. */
export const leavesOf = async (
  connection: AdoptConnection,
  oid: number,
): Promise<readonly Partition[]> =>
  (await partitionsOf(connection, oid)).filter(({ isLeaf }) => isLeaf);
