import { listed, type Rule } from './rule.ts';

/** Nothing is kept in large objects, which have no policies. */
export const largeObjects: Rule = {
  id: 'large-objects',
  group: 'privileges',
  severity: 'info',
  title: 'Nothing is kept in large objects, which have no policies',
  *find({ catalogue: { server }, roleName, roleBypasses }) {
    const { largeObjectFunctions: functions, largeObjects: count } = server;
    if (roleBypasses || (functions.length === 0 && count === 0)) return;
    const held = count > 0;
    yield {
      object: `database ${server.database}`,
      severity: held ? 'error' : 'info',
      found: held
        ? `role ${roleName} owns or reads ${count} large objects: they belong to a role and not to a tenant, so every tenant reads and writes all of them.`
        : `role ${roleName} may call ${listed(functions)}: a large object belongs to a role and not to a tenant, so what one tenant puts there every other reads.`,
      fix: held
        ? 'Move them into a bytea column of an isolated table, or into an object store, and take the functions away.'
        : 'Take the functions from PUBLIC, unless something of yours keeps large objects.',
      fixSql: [
        'do $$ declare f regprocedure; begin for f in select oid from pg_catalog.pg_proc\n' +
          "  where pronamespace = 'pg_catalog'::regnamespace and proname in ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lo_get', 'lo_open', 'loread', 'lowrite')\n" +
          "  loop execute format('revoke execute on function %s from public', f); end loop; end $$;",
      ],
      needsSuperuser: true,
    };
  },
};
