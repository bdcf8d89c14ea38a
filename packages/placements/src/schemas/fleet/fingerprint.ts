import type pg from 'pg';

/**
 * What tables have, without the text of definitions, which costs most: columns with their types, and the names
 * of keys, indexes, policies and triggers. $1: the schema, $2: names of its tables.
 */
const fingerprintSql = `
with t as (
  select c.oid, c.relname::text as name, c.relrowsecurity, c.relforcerowsecurity from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = any ($2::text[]) and c.relkind = 'r'
), o (kind, name, of) as (
  select 't', name, pg_catalog.concat(relrowsecurity, relforcerowsecurity) from t
  union all select 'c', name, pg_catalog.concat_ws(' ', k.attname, k.atttypid, k.atttypmod, k.attnotnull, k.atthasdef, k.attidentity, k.attgenerated)
    from t join pg_catalog.pg_attribute k on k.attrelid = t.oid and k.attnum > 0 and not k.attisdropped
  union all select 'k', name, pg_catalog.concat_ws(' ', k.conname, k.contype, k.convalidated, pg_catalog.array_length(k.conkey, 1))
    from t join pg_catalog.pg_constraint k on k.conrelid = t.oid and k.contype <> 'n'
  union all select 'i', name, pg_catalog.concat_ws(' ', x.relname, i.indnatts, i.indisunique, i.indisvalid)
    from t join pg_catalog.pg_index i on i.indrelid = t.oid join pg_catalog.pg_class x on x.oid = i.indexrelid
  union all select 'p', name, pg_catalog.concat_ws(' ', p.polname, p.polcmd, p.polpermissive) from t join pg_catalog.pg_policy p on p.polrelid = t.oid
  union all select 'g', name, pg_catalog.concat_ws(' ', g.tgname, g.tgtype, g.tgenabled) from t join pg_catalog.pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
)
select pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(' ', kind, name, of), ',' order by kind, name collate "C", of collate "C")) as found from o`;

/** Equal for tables that have the same columns, and keys, indexes, policies and triggers of the same names. */
export async function fingerprintOf(
  client: pg.ClientBase,
  schema: string,
  tables: readonly string[],
): Promise<string> {
  const { rows } = await client.query<{ found: string | null }>({
    name: 'tenantry_schema_fingerprint',
    text: fingerprintSql,
    values: [schema, tables],
  });
  return rows[0]?.found ?? '';
}
