import type pg from 'pg';

/**
 * Everything that the generated SQL could have touched, as text: tables and their rights, columns,
 * policies, triggers, constraints, indexes, functions, schemas and roles.
 */
export async function catalogSnapshot(client: pg.Client): Promise<Record<string, unknown[]>> {
  const read = async (text: string) => (await client.query(text)).rows;
  const mine = "n.nspname in ('public', 'tenantry')";
  return {
    tables:
      await read(`select c.oid, n.nspname, c.relname, c.relowner::regrole::text, c.relacl::text, c.relrowsecurity, c.relforcerowsecurity
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${mine} order by 1`),
    columns: await read(`select a.attrelid, a.attname, a.attacl::text, a.attnotnull
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where ${mine} and a.attnum > 0 and c.relkind = 'r' order by 1, 2`),
    // those of one name are exchanged in one statement, and so have other oids then
    policies: await read(
      "select to_jsonb(p) - 'oid' as policy from pg_policy p order by polrelid, polname",
    ),
    triggers: await read('select oid, pg_get_triggerdef(oid) from pg_trigger order by oid'),
    constraints:
      await read(`select oid, conname, convalidated, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
      from pg_constraint order by oid`),
    functions:
      await read(`select p.oid, p.proname, p.proowner::regrole::text, p.proacl::text, pg_get_functiondef(p.oid)
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'tenantry' order by 1`),
    schemas: await read(
      `select oid, nspname, nspacl::text from pg_namespace n where ${mine} order by 1`,
    ),
    roles: await read(
      `select rolname, rolsuper, rolbypassrls, rolinherit, rolcanlogin from pg_roles where rolname in ('app', 'system') order by 1`,
    ),
    database: await read('select datacl::text from pg_database where datname = current_database()'),
  };
}
