import { name } from '@tenantry/core/sql';
import { policyNames } from '../fragments/policies.ts';
import type { Section } from '../generate/section.ts';
import type { DeclaredTable } from '../model/table.ts';
import type { DistributionClient } from './client.ts';
import type { Obstacle } from './obstacles.ts';
import type { Step } from './steps.ts';

/** A table on the coordinator, or distributed already. */
interface LiveTable {
  readonly target: string;
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
  select u.target, pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    (select pg_catalog.count(*)::int from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
    array(select p.polname::text from pg_catalog.pg_policy p where p.polrelid = c.oid order by 1) as policies,
    (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', k.relname, 'columns',
        array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)))), '[]')
      from pg_catalog.pg_index i join pg_catalog.pg_class k on k.oid = i.indexrelid
      where i.indrelid = c.oid and i.indisunique) as keys,
    exists (select from pg_catalog.pg_dist_partition d where d.logicalrelid = c.oid) as distributed
  from pg_catalog.unnest($1::text[]) u (target)
  join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(u.target)`;

/** What a distribution will do. */
export interface Wanted {
  readonly steps: readonly Step[];
  readonly tables: readonly DeclaredTable[];
  readonly sections: readonly Section[];
}

/**
 * What stands in the way in the database itself, and what is distributed already, by its quoted name.
 */
export async function readCluster(
  client: DistributionClient,
  { steps, tables, sections }: Wanted,
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
  const targets = steps.map(({ target }) => target);
  const live = (await client.query(tablesQuery, [targets])).rows as unknown as LiveTable[];
  const found = new Map(live.map((table) => [table.target, table]));
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
  const declared = new Set(tables.map((table) => name(table.schema, table.name).sql));
  const made = policiesIn(sections);
  for (const { target, table, by } of steps) {
    const one = found.get(target);
    if (one === undefined) {
      // a feature makes its own tables
      if (declared.has(target))
        obstacles.push({
          table,
          found: 'the table is not in this database.',
          fix: 'Run your migrations first.',
        });
      continue;
    }
    const known = new Set([
      ...policyNames(table.slice(table.indexOf('.') + 1)),
      ...(made.get(target) ?? []),
    ]);
    const foreign = one.policies.filter((policy) => !known.has(policy));
    if (declared.has(target) && foreign.length > 0)
      obstacles.push({
        table,
        found: `it has policies that the schema does not name: ${foreign.join(', ')}.`,
        fix: 'Say them as terms, isolate(t, { read, write }), or drop them.',
      });
    for (const key of by === 'reference' ? [] : one.keys)
      if (!key.columns.includes(by))
        obstacles.push({
          table,
          found: `${key.name} (${key.columns.join(', ')}) is unique across tenants, and the schema does not name it.`,
          fix: 'Drop it: the schema names what takes its place.',
        });
    if (one.triggers > 0 && !server.triggers)
      obstacles.push({
        table,
        found: 'it has triggers, and citus.enable_unsafe_triggers is off.',
        fix: "On every node: alter system set citus.enable_unsafe_triggers = 'on'; select pg_reload_conf();",
      });
  }
  return {
    obstacles,
    done: new Set(live.filter((table) => table.distributed).map(({ target }) => target)),
  };
}

const made = /drop policy if exists "((?:[^"]|"")+)" on ((?:"(?:[^"]|"")+"\.)?"(?:[^"]|"")+")/g;

/** The policies that sections make anew, by the quoted name of their table. */
function policiesIn(sections: readonly Section[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { statements } of sections)
    for (const [, policy = '', table = ''] of statements.join('\n').matchAll(made))
      found.set(table, [...(found.get(table) ?? []), policy.replaceAll('""', '"')]);
  return found;
}
