import type { CitusNode, NodeRelations } from '../catalogue/citus/model.ts';
import type { PolicyView } from '../subject/policies.ts';
import type { TableView } from '../subject/types.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** The most lines of evidence. */
const most = 10;

/** What the coordinator says of a table holds on every shard. */
export const citusShardDiffers: Rule = {
  id: 'citus-shard-differs',
  group: 'tables',
  severity: 'error',
  title: 'On Citus every shard has the policies of its table',
  *find({ catalogue: { citus }, tables }) {
    const coordinator = citus?.nodes.find((node) => node.coordinator);
    if (citus === undefined || coordinator === undefined) return;
    const said = new Map(
      coordinator.relations.filter(({ shard }) => !shard).map((r) => [pathOf(r), r]),
    );
    for (const table of tables) {
      const wanted = said.get(pathOf({ schema: table.schema, table: table.name }));
      if (wanted === undefined) continue;
      const differences = citus.nodes.flatMap((node) => differencesOf(node, wanted));
      if (differences.length === 0) continue;
      yield {
        object: table.title,
        found:
          'not every shard, or not every worker, has the row security and the policies that the table has on the coordinator: where one lacks them, a statement reads the rows of other tenants.',
        evidence: differences.slice(0, most).map(({ line }) => line),
        fix: 'Make them anew on the coordinator; Citus makes them on every shard.',
        fixSql: fixOf(table, differences),
      };
    }
  },
};

const pathOf = ({ schema, table }: Pick<NodeRelations, 'schema' | 'table'>) =>
  JSON.stringify([schema, table]);

interface Difference {
  readonly line: string;
  /** The policy; undefined for row security itself. */
  readonly policy?: string;
}

function differencesOf(node: CitusNode, wanted: NodeRelations): Difference[] {
  return node.relations
    .filter((each) => each !== wanted && pathOf(each) === pathOf(wanted))
    .flatMap((there) => {
      const at = `${there.names.slice(0, 3).join(', ')}${there.names.length > 3 ? ` and ${there.names.length - 3} more` : ''} on ${node.name}`;
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
}

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
