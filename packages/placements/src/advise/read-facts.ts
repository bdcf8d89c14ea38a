import type { Tenancy } from '@tenantry/core';
import { name, type Queryable, runStatement, statement } from '@tenantry/core/sql';
import type { DatabaseFacts, TableFacts } from './facts.ts';
import { readCluster } from './read-cluster.ts';

/** About how many rows of a table are read to see how they are spread over tenants. */
const sampleRows = 30_000;
const largestShown = 5;
/** What a row takes, with its indexes, where nothing else says how many there are. */
const bytesOfRow = 200;

interface FoundTable {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
  readonly partitioned: boolean;
  readonly bytes: string;
  readonly rows: string | null;
  readonly dead: string;
}

/** Reads the facts of the database in which the system scope works. */
export async function readFacts(
  db: Queryable,
  { setting }: Tenancy,
  onTable: (done: number, total: number) => void,
): Promise<DatabaseFacts> {
  const [database] = await runStatement<Record<string, string | null>>(
    db,
    statement`select pg_catalog.pg_database_size(pg_catalog.current_database())::text as bytes,
      (select setting::numeric * 8192 from pg_catalog.pg_settings where name = 'effective_cache_size')::bigint::text as cache,
      (select (blks_hit::float8 / nullif(blks_hit + blks_read, 0))::text from pg_catalog.pg_stat_database
        where datname = pg_catalog.current_database()) as hits,
      (select sum(numbackends)::text from pg_catalog.pg_stat_database) as connections,
      pg_catalog.current_setting('max_connections') as most`,
  );
  const found = await tablesOf(db, setting);
  const cluster = await readCluster(db);
  const tables: TableFacts[] = [];
  for (const [done, table] of found.entries()) {
    onTable(done, found.length);
    tables.push(await tableFacts(db, table, cluster?.bytesOf.get(`${table.schema}.${table.name}`)));
  }
  return {
    bytes: Number(database?.bytes),
    cacheBytes: Number(database?.cache),
    cacheHits: database?.hits == null ? null : Number(database.hits),
    connections: Number(database?.connections),
    maxConnections: Number(database?.most),
    tables,
    ...(cluster !== undefined && { cluster: cluster.facts }),
  };
}

/**
 * The tables with a tenant column: those with a policy that compares one column of theirs with the setting,
 * and reads no other table. The catalogue knows which columns a policy depends on.
 */
const tablesOf = (db: Queryable, setting: string): Promise<readonly FoundTable[]> =>
  runStatement<FoundTable>(
    db,
    statement`with tenant_columns as (
        select distinct on (p.polrelid) p.polrelid as oid, a.attname as column
        from pg_catalog.pg_policy p
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = p.polrelid and d.refobjsubid > 0
        join pg_catalog.pg_attribute a on a.attrelid = p.polrelid and a.attnum = d.refobjsubid
        where pg_catalog.strpos(coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), ''), pg_catalog.quote_literal(${setting})) > 0
          and not exists (select from pg_catalog.pg_depend e where e.classid = d.classid and e.objid = d.objid
            and e.refclassid = d.refclassid
            and (e.refobjid <> d.refobjid or (e.refobjsubid > 0 and e.refobjsubid <> d.refobjsubid)))
        order by p.polrelid, a.attnum)
      select n.nspname as schema, c.relname as name, t.column, c.relkind = 'p' as partitioned,
        (select sum(pg_catalog.pg_total_relation_size(s.relid)) from pg_catalog.pg_partition_tree(c.oid) s)::text as bytes,
        case when c.reltuples < 0 then null else c.reltuples::bigint::text end as rows,
        (select coalesce(sum(u.n_dead_tup), 0) from pg_catalog.pg_partition_tree(c.oid) s
          join pg_catalog.pg_stat_all_tables u on u.relid = s.relid)::text as dead
      from tenant_columns t
      join pg_catalog.pg_class c on c.oid = t.oid and c.relkind in ('r', 'p') and not c.relispartition
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      order by n.nspname, c.relname`,
  );

/** @param distributed its bytes on the workers; the coordinator has no rows of it, and counts none */
async function tableFacts(
  db: Queryable,
  table: FoundTable,
  distributed: number | undefined,
): Promise<TableFacts> {
  const rows = table.rows === null || distributed !== undefined ? null : Number(table.rows);
  const guess = distributed === undefined ? rows : distributed / bytesOfRow;
  const percent = guess === null || guess <= sampleRows ? 100 : (100 * sampleRows) / guess;
  const [of, column] = [name(table.schema, table.name), name(table.column)];
  // whole pages: few are read, and rows of one tenant that lie together only blur the shares
  const found = await runStatement<{ tenant: string; rows: string; all: string }>(
    db,
    statement`select tenant, rows::text, (sum(rows) over ())::text as all from (
        select ${column}::text as tenant, count(*) as rows
        from ${of} tablesample system (${percent}) group by 1) s
      where tenant is not null order by rows desc, tenant limit ${largestShown}`,
  );
  const all = Number(found[0]?.all ?? 0);
  return {
    table: `${table.schema}.${table.name}`,
    partitioned: table.partitioned,
    bytes: distributed ?? Number(table.bytes),
    rows,
    deadRows: Number(table.dead),
    largest: found.map((each) => ({ tenant: each.tenant, share: Number(each.rows) / all })),
    sampled: all,
  };
}
