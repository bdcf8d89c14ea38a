import { policyNames } from '../fragments/policies.ts';
import { type DeclaredTable, pathOf, titleOf } from '../model/table.ts';
import type { DistributionClient } from './client.ts';
import { distributionOf } from './distribution.ts';
import type { Obstacle } from './obstacles.ts';

/** A table on the coordinator, or distributed already. */
interface LiveTable {
  readonly path: string;
  readonly distributed: boolean;
  readonly owner: string;
  readonly triggers: number;
  readonly policies: readonly string[];
  readonly keys: readonly { readonly name: string; readonly columns: readonly string[] }[];
}

interface Facts {
  readonly citus: boolean;
  readonly workers: number;
  readonly wal_level: string;
  readonly prepared: number;
  readonly triggers: boolean;
}

const serverQuery = `
  select exists (select from pg_catalog.pg_extension where extname = 'citus') as citus,
    pg_catalog.current_setting('wal_level') as wal_level,
    pg_catalog.current_setting('max_prepared_transactions')::int as prepared,
    coalesce(pg_catalog.current_setting('citus.enable_unsafe_triggers', true), 'off')::boolean as triggers`;

const tablesQuery = `
  select n.nspname || '.' || c.relname as path, pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    (select pg_catalog.count(*)::int from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
    array(select p.polname::text from pg_catalog.pg_policy p where p.polrelid = c.oid order by 1) as policies,
    (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', k.relname, 'columns',
        array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)))), '[]')
      from pg_catalog.pg_index i join pg_catalog.pg_class k on k.oid = i.indexrelid
      where i.indrelid = c.oid and i.indisunique) as keys,
    exists (select from pg_catalog.pg_dist_partition d where d.logicalrelid = c.oid) as distributed
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname || '.' || c.relname = any ($1) and c.relkind in ('r', 'p')`;

/** What stands in the way in the database itself, and what is distributed already. */
export async function readCluster(
  client: DistributionClient,
  tables: readonly DeclaredTable[],
): Promise<{ readonly obstacles: readonly Obstacle[]; readonly done: ReadonlySet<string> }> {
  const [server] = (await client.query(serverQuery)).rows as unknown as [Facts];
  const cluster = (found: string, fix: string): Obstacle => ({ table: 'the cluster', found, fix });
  if (!server.citus)
    return {
      obstacles: [
        cluster(
          'the extension citus is not in this database.',
          'On every node: create extension citus; on the coordinator: select citus_add_node(…).',
        ),
      ],
      done: new Set(),
    };
  const workers = await client.query(
    `select pg_catalog.count(*)::int as workers from pg_catalog.pg_dist_node where shouldhaveshards and isactive`,
  );
  const { references, distributed } = distributionOf(tables);
  const wanted = [...references, ...distributed].map(pathOf);
  const live = (await client.query(tablesQuery, [wanted])).rows as unknown as LiveTable[];
  const columns = new Map(distributed.map((table) => [pathOf(table), table.column]));
  const byPath = new Map(live.map((table) => [table.path, table]));
  const obstacles: Obstacle[] = [];
  if ((workers.rows[0] as { workers: number }).workers === 0)
    obstacles.push(
      cluster(
        'no node takes shards.',
        "On the coordinator: select citus_add_node('worker', 5432);",
      ),
    );
  if (server.prepared === 0)
    obstacles.push(
      cluster(
        'max_prepared_transactions is 0.',
        'Set it to 100 or more on every node, and restart.',
      ),
    );
  const owners = new Set(live.map(({ owner }) => owner));
  if (owners.size > 1)
    obstacles.push(
      cluster(
        `the tables have several owners (${[...owners].sort().join(', ')}): a shard that moves loses rows.`,
        'Give them one owner: alter table … owner to …;',
      ),
    );
  for (const table of tables) {
    const path = pathOf(table);
    if (!wanted.includes(path)) continue;
    const found = byPath.get(path);
    const title = titleOf(table);
    if (found === undefined) {
      obstacles.push({
        table: title,
        found: 'the table is not in this database.',
        fix: 'Run your migrations first.',
      });
      continue;
    }
    const foreign = found.policies.filter((each) => !policyNames(table.name).includes(each));
    if (foreign.length > 0)
      obstacles.push({
        table: title,
        found: `it has policies that the schema does not name: ${foreign.join(', ')}.`,
        fix: 'Say them as terms, isolate(t, { read, write }), or drop them.',
      });
    const column = columns.get(path);
    for (const key of column === undefined ? [] : found.keys)
      if (!key.columns.includes(column as string))
        obstacles.push({
          table: title,
          found: `${key.name} (${key.columns.join(', ')}) is unique across tenants, and the schema does not name it.`,
          fix: 'Drop it: the schema names what takes its place.',
        });
    if (found.triggers > 0 && !server.triggers)
      obstacles.push({
        table: title,
        found: 'it has triggers, and citus.enable_unsafe_triggers is off.',
        fix: "On every node: alter system set citus.enable_unsafe_triggers = 'on'; select pg_reload_conf();",
      });
  }
  return {
    obstacles,
    done: new Set(live.filter((table) => table.distributed).map(({ path }) => path)),
  };
}
