/**
 * Reads which column of which table holds the tenant. $1 the column of the tenancy, $2 its setting, $3 its
 * schema, $4 columns by table as JSON, $5 the oids of the tables, or null for all.
 *
 * A policy depends on the columns that it compares. One that depends on a single column of its own table
 * and on no other table compares this column with the tenant.
 */
export const columnsQuery = `
with policed as (
  select p.polrelid as oid, pg_catalog.min(d.refobjsubid) as attnum
  from pg_catalog.pg_policy p join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and (d.refobjid <> p.polrelid or d.refobjsubid > 0)
  where ($5::pg_catalog.oid[] is null or p.polrelid = any ($5))
    and p.polname ~ '_tenant_(isolation|floor)'
    and pg_catalog.pg_get_expr(p.polqual, p.polrelid) ~ pg_catalog.concat('(^|\\W)(', $2::text, '|', $3::text, '\\.current_tenant)\\M')
  group by p.oid, p.polrelid
  having pg_catalog.count(distinct d.refobjsubid) = 1 and pg_catalog.bool_and(d.refobjid = p.polrelid)
), found as (
  select c.oid, c.relnatts, n.nspname, c.relname, coalesce(
    (select a.attnum from pg_catalog.pg_attribute a where a.attrelid = c.oid and not a.attisdropped
      and a.attname = $4::pg_catalog.jsonb ->> pg_catalog.concat(n.nspname, '.', c.relname)),
    case when $4::pg_catalog.jsonb ? pg_catalog.concat(n.nspname, '.', c.relname) then 0 end,
    (select pg_catalog.min(p.attnum) from policed p where p.oid = c.oid),
    (select a.attnum from pg_catalog.pg_attribute a where a.attrelid = c.oid and not a.attisdropped
      and a.attname = $1 and not exists (select from pg_catalog.pg_policy p
        where p.polrelid = c.oid and p.polname ~ '_shared_read')),
    0) as attnum
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where case when $5::pg_catalog.oid[] is null
    then c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    else c.oid = any ($5) end
)
select coalesce(pg_catalog.json_agg(case when attnum = 0
  then pg_catalog.json_build_array(oid::pg_catalog.int8, relnatts, attnum)
  else pg_catalog.json_build_array(oid::pg_catalog.int8, relnatts, attnum, nspname, relname) end), '[]')::text
from found`;
