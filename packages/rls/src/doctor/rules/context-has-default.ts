import { quoted, type Rule } from './rule.ts';

/** No role and no database sets a tenant by default. */
export const contextHasDefault: Rule = {
  id: 'context-has-default',
  group: 'roles',
  severity: 'error',
  title: 'No role and no database sets a tenant by default',
  *find({ catalogue: { settings }, model }) {
    for (const { role, database, name: setting } of settings) {
      const isContext =
        setting === model.tenancy?.setting ||
        (model.tenancy === undefined && setting.includes('.'));
      if (!isContext && setting !== 'role' && setting !== 'row_security') continue;
      const where = role === null ? `database ${database}` : `role ${role}`;
      yield {
        object: where,
        found: `${where} sets ${setting} for every session: a statement that lost its tenant gets this one instead of an error.`,
        fix: 'Reset it; the tenant belongs into the transaction.',
        fixSql: [
          role === null
            ? `alter database ${quoted(database ?? '')} reset ${setting};`
            : `alter role ${quoted(role)}${database === null ? '' : ` in database ${quoted(database)}`} reset ${setting};`,
        ],
        needsSuperuser: true,
      };
    }
  },
};
