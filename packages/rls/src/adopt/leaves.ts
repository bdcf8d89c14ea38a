import { type AdoptConnection, rowsOf } from './connection.ts';

/** A table that holds rows: the table itself, or one of its partitions. */
export interface Leaf {
  readonly schema: string;
  readonly name: string;
  /** Its size in blocks. */
  readonly blocks: number;
  /** Estimated rows. */
  readonly rows: number;
}

/** Where the rows of a table are. */
export const leavesOf = (connection: AdoptConnection, oid: number): Promise<readonly Leaf[]> =>
  rowsOf<Leaf>(
    connection,
    `with recursive tree as (
       select $1::oid as relid
       union all select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.relid)
     select n.nspname::text as schema, c.relname::text as name,
       (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int)::int as blocks,
       greatest(c.reltuples, 0)::float8 as rows
     from tree join pg_catalog.pg_class c on c.oid = tree.relid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' order by c.oid`,
    [oid],
  );
