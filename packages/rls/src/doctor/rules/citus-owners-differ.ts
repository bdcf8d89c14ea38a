import type { TableView } from '../subject/types.ts';
import { distributed } from './on-citus.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** Tables whose shards move together have one owner. */
export const citusOwnersDiffer: Rule = {
  id: 'citus-owners-differ',
  group: 'tables',
  severity: 'error',
  title: 'On Citus tables whose shards move together have one owner',
  *find(subject) {
    for (const group of groupsOf(distributed(subject))) {
      const owner = usualOwner(group);
      for (const table of group.filter((each) => each.owner !== owner)) {
        yield {
          object: table.title,
          found: `it belongs to ${table.owner}, and tables whose shards move with its own belong to ${owner}: with two owners a non-blocking move loses rows that are written meanwhile, or never ends.`,
          evidence: group.map((each) => `${each.title}: ${each.owner}`),
          fix: 'Let one login that serves nobody own all tables.',
          fixSql: [`alter table ${sqlOf(table)} owner to ${quoted(owner)};`],
        };
      }
    }
  },
};

const groupsOf = (tables: readonly TableView[]): readonly (readonly TableView[])[] => {
  const groups = new Map<number | undefined, TableView[]>();
  for (const table of tables) {
    const id = table.placed?.group;
    groups.set(id, [...(groups.get(id) ?? []), table]);
  }
  return [...groups.values()];
};

/** Who owns most of them. */
function usualOwner(tables: readonly TableView[]): string {
  const counts = new Map<string, number>();
  for (const { owner } of tables) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ['', 0])[0];
}
