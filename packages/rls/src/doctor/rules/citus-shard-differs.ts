import type { PolicyView } from '../subject/policies.ts';
import type { TableView } from '../subject/types.ts';
import { type Alike, mostLines, shardsOf } from './on-shards.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** What the coordinator says of a table holds on every shard. */
export const citusShardDiffers: Rule = {
  id: 'citus-shard-differs',
  group: 'tables',
  severity: 'error',
  title: 'On Citus every shard has the policies of its table',
  *find({ catalogue: { citus }, tables }) {
    for (const table of tables) {
      const alike = shardsOf(citus, table);
      const differences = alike === undefined ? [] : differencesOf(alike);
      if (differences.length === 0) continue;
      yield {
        object: table.title,
        found:
          'not every shard, or not every worker, has the row security and the policies that the table has on the coordinator: where one lacks them, a statement reads the rows of other tenants.',
        evidence: differences.slice(0, mostLines).map(({ line }) => line),
        fix: 'Make them anew on the coordinator; Citus makes them on every shard.',
        fixSql: fixOf(table, differences),
      };
    }
  },
};

interface Difference {
  readonly line: string;
  /** The policy; undefined for row security itself. */
  readonly policy?: string;
}

const differencesOf = ({ wanted, others }: Alike): Difference[] =>
  others.flatMap(({ there, at }) => {
    const names = new Set([...Object.keys(wanted.policies), ...Object.keys(there.policies)]);
    return [
      ...(there.rls === wanted.rls
        ? []
        : [{ line: `${at}: row security is ${there.rls ? 'on' : 'off'}` }]),
      ...(there.forced === wanted.forced
        ? []
        : [{ line: `${at}: ${there.forced ? 'forced' : 'not forced'}` }]),
      ...[...names].flatMap((policy): Difference[] => {
        const has = there.policies[policy];
        if (has === wanted.policies[policy]) return [];
        return [
          {
            line: `${at}: ${has === undefined ? `no policy ${policy}` : `${policy} ${has}`}`,
            policy,
          },
        ];
      }),
    ];
  });

function fixOf(table: TableView, differences: readonly Difference[]): string[] {
  const target = sqlOf(table);
  const names = new Set(differences.flatMap(({ policy }) => policy ?? []));
  const rowSecurity = differences.some(({ policy }) => policy === undefined);
  return [
    ...(rowSecurity
      ? [
          `alter table ${target} ${table.rls ? 'enable' : 'disable'} row level security;`,
          `alter table ${target} ${table.forced ? '' : 'no '}force row level security;`,
        ]
      : []),
    ...[...names].flatMap((name) => {
      const policy = table.policies.find((each) => each.name === name);
      // a policy that the coordinator does not have is dropped on the shards too
      const drop = `drop policy if exists ${quoted(name)} on ${target};`;
      if (policy === undefined) return [drop];
      return [`do $$ begin\n  ${drop}\n  ${createSql(policy, target)}\nend $$;`];
    }),
  ];
}

function createSql(
  { name, command, toPublic, roles, using, check, ...policy }: PolicyView,
  target: string,
) {
  const to = [...(toPublic ? ['public'] : []), ...roles.map((role) => quoted(role))].join(', ');
  const kind = policy.permissive ? 'permissive' : 'restrictive';
  return `create policy ${quoted(name)} on ${target} as ${kind} for ${command} to ${to}${using === undefined ? '' : ` using (${using.text})`}${check === undefined || check === using ? '' : ` with check (${check.text})`};`;
}
