/**
 * What speaks against a schema of its own for tables: whatever names one of them by its schema would read
 * and write the shared table for a tenant that does not live there. $1: the schema of the shared tables,
 * $2: names of tables, $3: functions that may name them, in the schema $4,
 * $5: the schemas of tenants.
 */
export const unfitSql = `
with wanted as (
  select w.name, pg_catalog.regexp_replace(w.name, '(\\W)', '\\\\\\1', 'g') as pattern, c.oid, c.relkind, c.relpersistence from pg_catalog.unnest($2::text[]) w (name)
  left join (pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = $1) on c.relname = w.name
), triggers as (
  -- once for all functions: each schema of a tenant has triggers, and nothing finds them by their function
  select g.tgfoid, pg_catalog.bool_and(g.tgrelid in (select w.oid from wanted w) or s.nspname = any ($5::text[])) as are_copied
  from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  group by 1
), functions as (
  select p.oid::pg_catalog.regprocedure::text as title,
    coalesce((select g.are_copied from triggers g where g.tgfoid = p.oid), false) as triggers, n.nspname, p.proname, p.prosrc,
    coalesce((select pg_catalog.bool_or(s ~ ('^search_path=.*\\m' || $1 || '\\M')) from pg_catalog.unnest(p.proconfig) s), false) as pinned
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> all ($5::text[]) and p.prosqlbody is null
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e')
)
select w.name as "table", 'is not there' as found from wanted w where w.oid is null
union all
select w.name, case when w.relkind = 'p' then 'is partitioned' when w.relkind <> 'r' then 'is no table' else 'is not logged' end
from wanted w where w.relkind <> 'r' or w.relpersistence <> 'p'
union all
select w.name, 'inherits' from wanted w where exists (select from pg_catalog.pg_inherits i where w.oid in (i.inhrelid, i.inhparent)) and w.relkind = 'r'
union all
select distinct w.name, 'is read by the view ' || r.ev_class::pg_catalog.regclass
from wanted w join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = w.oid
join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
where r.ev_class <> w.oid
union all
select distinct w.name, 'is referenced by ' || k.conrelid::pg_catalog.regclass
from wanted w join pg_catalog.pg_constraint k on k.confrelid = w.oid and k.contype = 'f'
where k.conrelid not in (select oid from wanted where oid is not null)
union all
select distinct w.name, pg_catalog.format('is read by the policy %I of %s', p.polname, p.polrelid::pg_catalog.regclass)
from wanted w join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = w.oid
join pg_catalog.pg_policy p on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = d.objid
where p.polrelid not in (select oid from wanted where oid is not null)
union all
select distinct w.name, 'is read by the function ' || d.objid::pg_catalog.regprocedure
from wanted w join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = w.oid
where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
union all
select w.name, 'is named by the function ' || f.title
from wanted w join functions f on f.prosrc ~ ('\\m' || $1 || '"?\\s*\\.\\s*"?' || w.pattern || '\\M')
  or (f.pinned and f.prosrc ~ ('\\m' || w.pattern || '\\M'))
where w.oid is not null and not (f.nspname = $4 and f.proname = any ($3::text[]))
  -- one of ours asks where the tenant lives
  and not (f.nspname = $4 and f.prosrc ~ ('\\m' || $4 || '"?\\.placements\\M'))
  -- a trigger function of these tables alone is copied
  and not (f.triggers and not f.pinned)
order by 1, 2`;
