import type pg from 'pg';
import type { Table } from '../model.ts';
import { literal } from '../rows/sql.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** A table whose rows are in shards, and how many it has. */
export interface DistributedTable {
  readonly table: Table;
  readonly shards: number;
}

/** The tables with a tenant column whose rows Citus keeps in shards. */
export async function distributedTables(
  client: Client,
  tables: readonly Table[],
): Promise<readonly DistributedTable[]> {
  const { rows } = await client.query(
    `select p.logicalrelid::oid::int8::text as oid, count(*)::int as shards
     from pg_catalog.pg_dist_partition p join pg_catalog.pg_dist_shard s using (logicalrelid)
     where p.partmethod = 'h' group by 1`,
  );
  const shards = new Map(rows.map(({ oid, shards }) => [oid as string, shards as number]));
  return tables.flatMap((table) => {
    const count = shards.get(String(table.oid));
    return count === undefined || table.tenantColumn === undefined
      ? []
      : [{ table, shards: count }];
  });
}

/** The shard of a table in which each tenant has its rows. */
export async function shardsOf(
  client: Client,
  table: Table,
  tenants: readonly string[],
): Promise<readonly string[]> {
  const column = table.tenantColumn ?? '';
  const list = tenants.map((tenant) => `(${literal(table, column, tenant)})`).join(', ');
  const { rows } = await client.query(
    `select pg_catalog.get_shard_id_for_distribution_column($1::regclass, tenant)::text as shard
     from (values ${list}) t (tenant)`,
    [table.sql],
  );
  return rows.map(({ shard }) => shard as string);
}

/** The estimated rows of the largest distributed table: that of the coordinator has none. */
export async function mostRowsInShards(client: Client): Promise<number> {
  const { rows } = await client.query(
    `select coalesce(max(n), 0)::float8 as most from (
       select sum(greatest(r.result::float8, 0)) as n
       from pg_catalog.pg_dist_partition p, lateral pg_catalog.run_command_on_shards(p.logicalrelid,
         $c$select reltuples from pg_catalog.pg_class where oid = '%s'::regclass$c$) r
       where p.partmethod = 'h' and r.success group by p.logicalrelid) t`,
  );
  return rows[0].most;
}
