const ofUsers = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const notOfExtension = (
  catalog: string,
  oid: string,
) => `not exists (select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass and d.objid = ${oid} and d.deptype = 'e')`;

const right = (name: string) =>
  ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'].includes(name)
    ? `case when pg_catalog.has_table_privilege(app.oid, c.oid, '${name}') or pg_catalog.has_any_column_privilege(app.oid, c.oid, '${name}') then '${name}' end`
    : `case when pg_catalog.has_table_privilege(app.oid, c.oid, '${name}') then '${name}' end`;
const rights = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'].map(right),
  // an older server does not know the word and would refuse it
  `case when pg_catalog.current_setting('server_version_num')::int < 170000 then null else ${right('MAINTAIN')} end`,
];

// domains have the category, the labels and the length of their base types
const columns = `
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', a.attname,
    'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull, 'generated', a.attgenerated <> '',
    'category', coalesce(b.typcategory, t.typcategory)::text,
    'labels', case when coalesce(b.typcategory, t.typcategory) = 'E' then array(select e.enumlabel::text from pg_catalog.pg_enum e
      where e.enumtypid = coalesce(b.oid, t.oid) order by e.enumsortorder) else '{}' end,
    'length', case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4
      when b.typname in ('varchar', 'bpchar') and t.typtypmod > 4 then t.typtypmod - 4 else 0 end,
    'refusesNull', a.attnotnull or t.typnotnull,
    'hasDefault', a.atthasdef or a.attidentity <> '' or t.typdefault is not null,
    'alwaysIdentity', a.attidentity = 'a',
    'mayUpdate', coalesce(pg_catalog.has_column_privilege(app.oid, c.oid, a.attnum, 'UPDATE'), false),
    'fixed', a.attnum = any (fixed.columns),
    'default', case when a.attgenerated = '' then (select pg_catalog.pg_get_expr(v.adbin, v.adrelid) from pg_catalog.pg_attrdef v
      where v.adrelid = a.attrelid and v.adnum = a.attnum) end,
    'serial', exists (select from pg_catalog.pg_depend d where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      and d.refobjid = c.oid and d.refobjsubid = a.attnum and d.deptype = 'a' and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      and exists (select from pg_catalog.pg_class s where s.oid = d.objid and s.relkind = 'S'))) order by a.attnum)
  from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_type b on b.oid = t.typbasetype and t.typbasetype <> 0
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

/** Tables of users, not of extensions. $1: the role that serves tenants. */
export const tablesSql = `
with app as (select oid, rolsuper from pg_catalog.pg_roles where rolname = $1)
select c.oid, n.nspname::text as schema, c.relname::text as name,
  case c.relkind when 'r' then 'table' when 'p' then 'partitioned' else 'foreign' end as kind,
  o.rolname::text as owner, o.rolsuper or o.rolbypassrls as "ownerBypasses",
  coalesce(app.rolsuper or pg_catalog.pg_has_role(app.oid, c.relowner, 'member'), false) as "roleOwns",
  c.relrowsecurity as rls, c.relforcerowsecurity as forced, c.reltuples::float8 as rows,
  array(select i.inhparent from pg_catalog.pg_inherits i where i.inhrelid = c.oid) as parents,
  coalesce((${columns}), '[]') as columns,
  pg_catalog.array_remove(array[${rights.join(', ')}], null) as rights,
  array(select distinct x.privilege_type from pg_catalog.aclexplode(c.relacl) x where x.grantee = 0
    union select distinct x.privilege_type from pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) x
      where a.attrelid = c.oid and x.grantee = 0) as "publicRights",
  coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('grantee', g.name, 'rights', g.rights) order by g.name)
    from (select g.rolname as name, pg_catalog.array_agg(distinct x.privilege_type::text order by x.privilege_type::text) as rights
      from (select (pg_catalog.aclexplode(c.relacl)).* union all
        select (pg_catalog.aclexplode(a.attacl)).* from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attacl is not null) x
      join pg_catalog.pg_roles g on g.oid = x.grantee where x.grantee <> c.relowner group by g.rolname) g), '[]') as grants
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles o on o.oid = c.relowner left join app on true
left join lateral (select coalesce(pg_catalog.array_agg(k.n), '{}') as columns
  from pg_catalog.pg_trigger g join pg_catalog.pg_proc p on p.oid = g.tgfoid, pg_catalog.unnest(g.tgattr::int2[]) k (n)
  where g.tgrelid = c.oid and p.proname = 'refuse_column_change') fixed on true
where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't' and ${ofUsers} and ${notOfExtension('pg_class', 'c.oid')}
order by n.nspname, c.relname`;

/** $1: the role that serves tenants. */
export const policiesSql = `
select p.polrelid as "table", p.polname::text as name, p.polpermissive as permissive,
  case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end as command,
  0 = any (p.polroles) as "toPublic",
  array(select r.rolname::text from pg_catalog.pg_roles r where r.oid = any (p.polroles) order by 1) as roles,
  exists (select from pg_catalog.unnest(p.polroles) r left join pg_catalog.pg_roles app on app.rolname = $1
    where r = 0 or pg_catalog.pg_has_role(app.oid, r, 'usage')) as applies,
  pg_catalog.pg_get_expr(p.polqual, p.polrelid) as using,
  pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as check,
  array(select distinct d.refobjid from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
    and d.objid = p.oid and d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass) as functions,
  array(select distinct d.refobjid from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
    and d.objid = p.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> p.polrelid) as relations
from pg_catalog.pg_policy p
order by p.polrelid, p.polname`;

const columnNames = (keys: string, table: string) =>
  `array(select a.attname::text from pg_catalog.unnest(${keys}) with ordinality key (n, i)
    join pg_catalog.pg_attribute a on a.attrelid = ${table} and a.attnum = key.n order by key.i)`;
const action = (column: string) =>
  `case ${column} when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' when 'r' then 'restrict' else 'no action' end`;

// conenforced came with PostgreSQL 18
export const constraintsSql = `
select k.conrelid as "table", k.conname::text as name,
  case k.contype when 'p' then 'primary' when 'u' then 'unique' when 'x' then 'exclude' when 'c' then 'check' else 'foreign' end as kind,
  ${columnNames('k.conkey', 'k.conrelid')} as columns, k.confrelid as "foreignTable",
  case when f.oid is not null then pg_catalog.jsonb_build_object('schema', fn.nspname, 'name', f.relname) end as "foreignName",
  ${columnNames('k.confkey', 'k.confrelid')} as "foreignColumns",
  ${action('k.confdeltype')} as "onDelete", ${action('k.confupdtype')} as "onUpdate",
  ${columnNames('coalesce(k.confdelsetcols, k.conkey)', 'k.conrelid')} as cleared,
  k.convalidated as validated, coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::boolean, true) as enforced,
  pg_catalog.pg_get_constraintdef(k.oid) as definition
from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_class f on f.oid = k.confrelid left join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
where k.contype in ('p', 'u', 'x', 'f', 'c') and k.conparentid = 0 and ${ofUsers}
order by k.conrelid, k.conname`;

/** Unique indexes that belong to no constraint; '' stands for an expression. */
export const uniqueIndexesSql = `
select i.indrelid as "table", x.relname::text as name, i.indpred is not null as partial,
  array(select coalesce(a.attname::text, '') from pg_catalog.unnest(i.indkey) with ordinality k (n, p)
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n and k.n > 0
    where k.p <= i.indnkeyatts order by k.p) as columns
from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
join pg_catalog.pg_class c on c.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where i.indisunique and c.relkind in ('r', 'p') and ${ofUsers}
  and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
order by i.indrelid, x.relname`;
