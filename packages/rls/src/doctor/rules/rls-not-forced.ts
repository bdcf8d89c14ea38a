import { onPlainPostgres } from './on-citus.ts';
import { type Rule, sqlOf } from './rule.ts';

/** Policies bind the owner of the table too. */
export const rlsNotForced: Rule = {
  id: 'rls-not-forced',
  group: 'tables',
  severity: 'error',
  title: 'Policies bind the owner of the table too',
  *find(subject) {
    for (const table of onPlainPostgres(subject)) {
      if (!table.rls || table.forced) continue;
      yield {
        object: table.title,
        found: table.roleOwns
          ? `role ${subject.roleName} is an owner, and without FORCE no policy binds it: it sees every tenant.`
          : `without FORCE no policy binds the owner ${table.owner}, nor what runs with its rights: views, functions, migrations.`,
        fix: 'Force row-level security.',
        fixSql: [`alter table ${sqlOf(table)} force row level security;`],
      };
    }
  },
};
