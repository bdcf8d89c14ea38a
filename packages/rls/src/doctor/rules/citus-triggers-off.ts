import { distributed } from './on-citus.ts';
import { listed, type Rule } from './rule.ts';

const setting = 'citus.enable_unsafe_triggers';

/** Triggers of distributed tables can be made again. */
export const citusTriggersOff: Rule = {
  id: 'citus-triggers-off',
  group: 'tables',
  severity: 'warning',
  title: 'On Citus the triggers of distributed tables are allowed',
  *find(subject) {
    const { citus, triggers } = subject.catalogue;
    const off = citus?.nodes.filter(({ unsafeTriggers }) => !unsafeTriggers) ?? [];
    if (off.length === 0) return;
    const tables = new Map(distributed(subject).map((table) => [table.oid, table.title]));
    const names = triggers.flatMap(({ table, name }) =>
      tables.has(table) ? [`${tables.get(table)}.${name}`] : [],
    );
    if (names.length === 0) return;
    yield {
      object: `node ${off.map(({ name }) => name).join(', ')}`,
      found: `${setting} is off, and ${names.length} triggers are on distributed tables: the next migration that makes one, or distributes a table that has one, fails.`,
      evidence: names.slice(0, 10),
      fix: `Set it on ${listed(off.map(({ name }) => name))}.`,
      fixSql: [
        `select * from run_command_on_all_nodes('alter system set ${setting} = on');`,
        `select * from run_command_on_all_nodes('select pg_reload_conf()');`,
      ],
      needsSuperuser: true,
    };
  },
};
