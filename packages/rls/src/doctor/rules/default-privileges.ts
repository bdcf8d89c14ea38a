import { quoted, type Rule } from './rule.ts';

/** A new table is closed until it is isolated. */
export const defaultPrivileges: Rule = {
  id: 'default-privileges',
  group: 'privileges',
  severity: 'warning',
  title: 'A new table is closed until it is isolated',
  *find({ catalogue: { defaultRights, schemas }, model }) {
    const watched = new Set(schemas.map((schema) => schema.name));
    for (const { owner, schema, kind, grantee, rights } of defaultRights) {
      // the system role works across tenants anyway
      if (grantee === model.tenancy?.roles.system) continue;
      if (kind !== 'tables' || (schema !== null && !watched.has(schema))) continue;
      const where = schema === null ? '' : ` in schema ${quoted(schema)}`;
      yield {
        object: `role ${owner}`,
        found: `each new table that ${owner} makes${schema === null ? '' : ` in schema ${schema}`} is open to ${grantee} (${rights.join(', ')}) before anything isolates it.`,
        fix: 'Grant table by table; `npx tenantry generate` does.',
        fixSql: [
          `alter default privileges for role ${quoted(owner)}${where} revoke ${rights.join(', ').toLowerCase()} on tables from ${grantee === 'PUBLIC' ? 'public' : quoted(grantee)};`,
        ],
      };
    }
  },
};
