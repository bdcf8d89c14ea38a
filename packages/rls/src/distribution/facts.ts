import { name } from '@tenantry/core/sql';
import { policyNames } from '../fragments/policies.ts';
import type { Section } from '../generate/section.ts';
import type { DeclaredTable } from '../model/table.ts';
import type { DistributionClient } from './client.ts';
import type { Obstacle } from './obstacles.ts';
import { policiesIn } from './policies-in.ts';
import type { Step } from './steps.ts';

/** A table on the coordinator, or distributed already. */
interface LiveTable {
  readonly target: string;
  readonly distributed: boolean;
  readonly owner: string;
  readonly triggers: number;
  readonly policies: readonly string[];
  /** The unique keys without the column by which it is distributed. */
  readonly keys: readonly string[];
}

interface Facts {
  readonly citus: boolean;
  readonly prepared: number;
  readonly triggers: boolean;
}

const serverQuery = `
  select exists (select from pg_catalog.pg_extension where extname = 'citus') as citus,
    pg_catalog.current_setting('max_prepared_transactions')::int as prepared,
    coalesce(pg_catalog.current_setting('citus.enable_unsafe_triggers', true), 'off')::boolean as triggers`;

const workersQuery = `
  select pg_catalog.count(*)::int as workers from pg_catalog.pg_dist_node where shouldhaveshards and isactive`;

const tablesQuery = `
  select u.target, pg_catalog.pg_get_userbyid(c.relowner)::text as owner,
    (select pg_catalog.count(*)::int from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
    array(select p.polname::text from pg_catalog.pg_policy p where p.polrelid = c.oid order by 1) as policies,
    array(select k.relname::text from pg_catalog.pg_index i join pg_catalog.pg_class k on k.oid = i.indexrelid
      where i.indrelid = c.oid and (i.indisunique or i.indisexclusion) and u.by <> 'reference'
        and not exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = u.by and a.attnum = any (i.indkey)) order by 1) as keys,
    exists (select from pg_catalog.pg_dist_partition d where d.logicalrelid = c.oid) as distributed
  from unnest($1::text[], $2::text[]) u (target, by)
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
  wanted: Wanted,
): Promise<{ readonly obstacles: readonly Obstacle[]; readonly done: ReadonlySet<string> }> {
  const [server] = (await client.query(serverQuery)).rows as unknown as [Facts];
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
  const [counted] = (await client.query(workersQuery)).rows as unknown as [{ workers: number }];
  const asked = [wanted.steps.map(({ target }) => target), wanted.steps.map(({ by }) => by)];
  const live = (await client.query(tablesQuery, asked)).rows as unknown as LiveTable[];
  return {
    obstacles: [...ofCluster({ ...server, ...counted }, live), ...ofTables(server, live, wanted)],
    done: new Set(live.filter((table) => table.distributed).map(({ target }) => target)),
  };
}

const cluster = (found: string, fix: string): Obstacle => ({ table: 'the cluster', found, fix });

function ofCluster(
  { workers, prepared }: Facts & { readonly workers: number },
  live: readonly LiveTable[],
): Obstacle[] {
  const owners = [...new Set(live.map(({ owner }) => owner))].sort();
  return [
    ...(workers > 0
      ? []
      : [
          cluster(
            'no node takes shards.',
            "On the coordinator: select citus_add_node('worker', 5432);",
          ),
        ]),
    ...(prepared > 0
      ? []
      : [
          cluster(
            'max_prepared_transactions is 0.',
            'Set it to 100 or more on every node, and restart.',
          ),
        ]),
    ...(owners.length < 2
      ? []
      : [
          cluster(
            `the tables have several owners (${owners.join(', ')}): a shard that moves loses rows.`,
            'Give them one owner: alter table … owner to …;',
          ),
        ]),
  ];
}

function ofTables(
  server: Facts,
  live: readonly LiveTable[],
  { steps, tables, sections }: Wanted,
): Obstacle[] {
  const found = new Map(live.map((table) => [table.target, table]));
  const declared = new Set(tables.map((table) => name(table.schema, table.name).sql));
  const made = policiesIn(sections);
  return steps.flatMap(({ target, table }) => {
    const one = found.get(target);
    const obstacle = (applies: boolean, what: string, fix: string): Obstacle[] =>
      applies ? [{ table, found: what, fix }] : [];
    const isDeclared = declared.has(target); // a feature makes its own tables
    if (one === undefined)
      return obstacle(
        isDeclared,
        'the table is not in this database.',
        'Run your migrations first.',
      );
    const known = new Set([
      ...policyNames(table.slice(table.indexOf('.') + 1)),
      ...(made.get(target) ?? []),
    ]);
    const foreign = one.policies.filter((policy) => !known.has(policy));
    return [
      ...obstacle(
        isDeclared && foreign.length > 0,
        `it has policies that the schema does not name: ${foreign.join(', ')}.`,
        'Say them as terms, isolate(t, { read, write }), or drop them.',
      ),
      ...obstacle(
        isDeclared && !one.distributed && one.keys.length > 0,
        `${one.keys.join(', ')} is unique across tenants in this database, which no node can check.`,
        'Let a migration drop it before, or let the tenant lead it; the guide Citus says how names of tenants move.',
      ),
      ...obstacle(
        one.triggers > 0 && !server.triggers,
        'it has triggers, and citus.enable_unsafe_triggers is off.',
        "On every node: alter system set citus.enable_unsafe_triggers = 'on'; select pg_reload_conf();",
      ),
    ];
  });
}
