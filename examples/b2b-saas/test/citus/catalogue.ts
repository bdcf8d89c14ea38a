import type pg from 'pg';

const queries = {
  functions: `
    select p.oid::regprocedure::text as what, md5(p.prosrc) as body, p.prosecdef, p.proconfig, p.provolatile,
      p.proowner::regrole::text as owner, p.proacl::text[] as rights, pg_get_function_result(p.oid) as returns
    from pg_proc p where pronamespace = 'tenantry'::regnamespace order by 1`,
  triggers: `
    select pg_get_triggerdef(t.oid) as what, t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and c.relnamespace in ('public'::regnamespace, 'tenantry'::regnamespace) order by 1`,
  policies: `
    select schemaname || '.' || tablename || ' ' || policyname as what, permissive, roles::text[], cmd, qual, with_check from pg_policies
    where schemaname in ('public', 'tenantry') order by 1`,
  tables: `
    select c.oid::regclass::text as what, c.relkind, c.relrowsecurity, c.relforcerowsecurity, array(select unnest(c.relacl)::text order by 1) as rights,
      (select partmethod from pg_dist_partition where logicalrelid = c.oid) as method,
      (select column_to_column_name(logicalrelid, partkey) from pg_dist_partition where logicalrelid = c.oid) as by,
      array(select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by 1) as columns
    from pg_class c where c.relkind in ('r', 'p', 'v', 'm') and not relation_is_a_known_shard(c.oid) and c.relnamespace in ('public'::regnamespace, 'tenantry'::regnamespace) order by 1`,
  constraints: `
    select conrelid::regclass::text || ' ' || conname as what, pg_get_constraintdef(oid) as is, obj_description(oid, 'pg_constraint') as mark, convalidated
    from pg_constraint where connamespace in ('public'::regnamespace, 'tenantry'::regnamespace) and conrelid <> 0
      and not relation_is_a_known_shard(conrelid) order by 1`,
  indexes: `select indexname as what, indexdef from pg_indexes where schemaname in ('public', 'tenantry')
    and not relation_is_a_known_shard(format('%I.%I', schemaname, tablename)::regclass) order by 1`,
} as const;

/** Everything that a migration makes in a database, by kind. */
export async function catalogueOf(client: pg.Client): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [kind, query] of Object.entries(queries)) {
    found[kind] = (await client.query(query)).rows;
  }
  return found;
}
