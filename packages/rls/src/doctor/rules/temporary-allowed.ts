import { quoted, type Rule } from './rule.ts';

/** The role cannot make temporary tables. */
export const temporaryAllowed: Rule = {
  id: 'temporary-allowed',
  group: 'privileges',
  severity: 'warning',
  title: 'The role cannot make temporary tables',
  *find({ catalogue: { server }, roleName, roleBypasses }) {
    if (roleBypasses || !server.roleMayTemporary) return;
    yield {
      object: `database ${server.database}`,
      found: `role ${roleName} may make temporary tables, which come first in every search_path and shadow the real ones.`,
      fix: 'Take the right from PUBLIC.',
      fixSql: [
        `revoke temporary on database ${quoted(server.database)} from public, ${quoted(roleName)};`,
      ],
    };
  },
};
