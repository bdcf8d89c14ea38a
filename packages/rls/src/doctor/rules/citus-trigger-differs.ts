import type { NodeTrigger } from '../catalogue/citus/model.ts';
import type { TableView } from '../subject/types.ts';
import { type Alike, mostLines, shardsOf } from './on-shards.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** A shard without a trigger lets through what the trigger refuses, and writes nothing down. */
export const citusTriggerDiffers: Rule = {
  id: 'citus-trigger-differs',
  group: 'tables',
  severity: 'error',
  title: 'On Citus every shard has the triggers of its table',
  *find({ catalogue: { citus }, tables }) {
    for (const table of tables) {
      const alike = shardsOf(citus, table);
      const differences = alike === undefined ? [] : differencesOf(alike);
      if (differences.length === 0) continue;
      const isForeign = differences.some(({ trigger }) => trigger === undefined);
      yield {
        object: table.title,
        found:
          'not every shard, or not every worker, has the triggers that the table has on the coordinator: rows change there without the check of their tenant, without a count, or without an entry of the log.',
        evidence: differences.slice(0, mostLines).map(({ line }) => line),
        fix: `Make them anew on the coordinator; Citus makes them on every shard.${isForeign ? ' Drop on its node what only a shard has.' : ''}`,
        fixSql: fixOf(table, differences),
      };
    }
  },
};

interface Difference {
  readonly line: string;
  /** The trigger of the coordinator; undefined where it has none that does this. */
  readonly trigger: NodeTrigger | undefined;
}

/** TRUNCATE goes through the coordinator, and its triggers are not on shards. */
const ofTruncate = /^[a-z ]*(?:BEFORE|AFTER) [A-Z ]*TRUNCATE /;

function differencesOf({ wanted, others }: Alike): Difference[] {
  const all = Object.keys(wanted.triggers);
  return others.flatMap(({ there, at }) => {
    const expected = there.shard ? all.filter((does) => !ofTruncate.test(does)) : all;
    const has = Object.keys(there.triggers);
    const difference = (what: string) => (does: string) => ({
      line: `${at}: ${what} ${does}`,
      trigger: wanted.triggers[does] ?? undefined,
    });
    return [
      ...expected.filter((does) => !has.includes(does)).map(difference('no trigger')),
      ...has.filter((does) => !expected.includes(does)).map(difference('a trigger')),
    ];
  });
}

function fixOf(table: TableView, differences: readonly Difference[]): string[] {
  const target = sqlOf(table);
  const triggers = new Set(differences.flatMap(({ trigger }) => trigger ?? []));
  return [...triggers].map(({ name, sql, state }) => {
    const set =
      state === 'enable' ? '' : `\n  alter table ${target} ${state} trigger ${quoted(name)};`;
    return `do $fix$ begin\n  drop trigger if exists ${quoted(name)} on ${target};\n  ${sql};${set}\nend $fix$;`;
  });
}
