import { quoted, type Rule } from './rule.ts';

/** The role makes no objects. */
export const createAllowed: Rule = {
  id: 'create-allowed',
  group: 'privileges',
  severity: 'error',
  title: 'The role makes no objects',
  *find({ catalogue: { schemas, server }, roleName, roleBypasses }) {
    if (roleBypasses) return;
    for (const schema of schemas) {
      if (!schema.roleMayCreate) continue;
      yield {
        object: `schema ${schema.name}`,
        found: `role ${roleName} may create in schema ${schema.name}: a function or table of its own can take the place of the one that a statement means.`,
        fix: 'Take the right away.',
        fixSql: [
          `revoke create on schema ${quoted(schema.name)} from public, ${quoted(roleName)};`,
        ],
      };
    }
    if (!server.roleMayCreateSchemas) return;
    yield {
      object: `database ${server.database}`,
      found: `role ${roleName} may create schemas.`,
      fix: 'Take the right away.',
      fixSql: [
        `revoke create on database ${quoted(server.database)} from public, ${quoted(roleName)};`,
      ],
    };
  },
};
