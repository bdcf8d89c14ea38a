import type { TableView } from '../subject/types.ts';
import { type Alike, mostLines, shardsOf } from './on-shards.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** A statement of a tenant fails on a shard that lacks a right, and a right more is seen nowhere. */
export const citusGrantDiffers: Rule = {
  id: 'citus-grant-differs',
  group: 'tables',
  severity: 'warning',
  title: 'On Citus every shard has the rights of its table',
  *find({ catalogue: { citus }, tables }) {
    for (const table of tables) {
      const alike = shardsOf(citus, table);
      const differences = alike === undefined ? [] : differencesOf(alike);
      if (differences.length === 0) continue;
      yield {
        object: table.title,
        found:
          'not every shard, or not every worker, has the rights that the table has on the coordinator: where one is missing, statements of some tenants fail; where there is one more, a role may do there what nobody has given it.',
        evidence: differences
          .slice(0, mostLines)
          .map(({ at, grant, missing }) => `${at}: ${missing ? 'not ' : ''}${grant}`),
        fix: 'Give and take them on the coordinator again; Citus does it on every shard.',
        fixSql: [...new Set(differences.map((difference) => statementOf(table, difference)))],
      };
    }
  },
};

interface Difference {
  readonly at: string;
  /** `app: UPDATE (name)` */
  readonly grant: string;
  readonly missing: boolean;
}

const differencesOf = ({ wanted, others }: Alike): Difference[] =>
  others.flatMap(({ there, at }) => [
    ...wanted.grants
      .filter((grant) => !there.grants.includes(grant))
      .map((grant) => ({ at, grant, missing: true })),
    ...there.grants
      .filter((grant) => !wanted.grants.includes(grant))
      .map((grant) => ({ at, grant, missing: false })),
  ]);

const form =
  /^(?<role>[\s\S]*): (?<right>[A-Z]+)(?: \((?<column>[\s\S]*)\))?(?<option> with grant option)?$/;

function statementOf(table: TableView, { grant, missing }: Difference): string {
  const { role = '', right = '', column, option = '' } = form.exec(grant)?.groups ?? {};
  const what = `${right.toLowerCase()}${column === undefined ? '' : ` (${quoted(column)})`} on ${sqlOf(table)}`;
  const whom = role === 'public' ? role : quoted(role);
  if (missing) return `grant ${what} to ${whom}${option};`;
  return `revoke ${option === '' ? '' : 'grant option for '}${what} from ${whom};`;
}
