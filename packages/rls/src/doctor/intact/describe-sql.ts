/**
 * The definitions that PostgreSQL reports for objects of tables and for functions, as text without the
 * table name. The live objects and their shadows in pg_temp are read with the same query, so equal
 * objects have equal text.
 */

const withoutTable = (definition: string) =>
  `pg_catalog.replace(pg_catalog.replace(${definition},
    ' ON ' || pg_catalog.format('%I.%I', n.nspname, c.relname) || ' ', ' ON TABLE '),
    ' ON pg_temp.' || pg_catalog.quote_ident(c.relname) || ' ', ' ON TABLE ')`;

/** $1: oids of tables. `kind`, `name`, `definition`, and `mode` where an object can be switched off. */
export const hangingSql = `
select p.polrelid as "table", 'policy' as kind, p.polname::text as name, null::text as mode, pg_catalog.jsonb_build_object(
    'permissive', p.polpermissive, 'command', p.polcmd,
    'roles', (select pg_catalog.jsonb_agg(coalesce(r.rolname::text, 'public') order by r.rolname) from pg_catalog.unnest(p.polroles) o
      left join pg_catalog.pg_roles r on r.oid = o),
    'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))::text as definition
from pg_catalog.pg_policy p where p.polrelid = any ($1)
union all
select t.tgrelid, 'trigger', t.tgname::text, t.tgenabled::text, ${withoutTable('pg_catalog.pg_get_triggerdef(t.oid)')}
from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where t.tgrelid = any ($1) and not t.tgisinternal and t.tgparentid = 0
union all
select k.conrelid, case k.contype when 'f' then 'foreign key' else 'constraint' end, k.conname::text,
  case when k.convalidated then 'valid' else 'not valid' end, pg_catalog.pg_get_constraintdef(k.oid)
from pg_catalog.pg_constraint k where k.conrelid = any ($1) and k.contype in ('c', 'f', 'p', 'u', 'x')
union all
select i.indrelid, 'index', x.relname::text, case when i.indisvalid then 'valid' else 'not valid' end,
  i.indisunique::text || ' ' || pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), '^.*? USING ', '')
from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid where i.indrelid = any ($1)
union all
select d.adrelid, 'default', a.attname::text, null, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
from pg_catalog.pg_attrdef d join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where d.adrelid = any ($1)`;

/** $1: names of schemas. Everything about a function except its name, its owner and its grants. */
export const functionsSql = (schemas: string): string => `
select p.oid, n.nspname::text as schema, p.proname::text || '(' || (select coalesce(pg_catalog.string_agg(
    pg_catalog.format_type(t, null), ', ' order by i), '') from pg_catalog.unnest(p.proargtypes) with ordinality a (t, i)) || ')' as name,
  o.rolname::text as owner, p.prosecdef as definer,
  coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as body,
  pg_catalog.jsonb_build_object('arguments', pg_catalog.pg_get_function_arguments(p.oid), 'returns', pg_catalog.pg_get_function_result(p.oid),
    'kind', p.prokind, 'language', l.lanname, 'volatility', p.provolatile, 'parallel', p.proparallel, 'security definer', p.prosecdef,
    'leakproof', p.proleakproof, 'strict', p.proisstrict,
    'settings', (select pg_catalog.jsonb_agg(s order by s) from pg_catalog.unnest(p.proconfig) s)) as attributes
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang join pg_catalog.pg_roles o on o.oid = p.proowner
where ${schemas}
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e')`;

/** $1: names of schemas. Tables, views and sequences, with their distinguishing properties. */
export const relationsSql = `
select c.oid, n.nspname::text as schema, c.relname::text as name, o.rolname::text as owner,
  case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'view' else 'table' end as kind,
  c.relrowsecurity as enable, c.relforcerowsecurity as force,
  (select pg_catalog.jsonb_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)) from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles o on o.oid = c.relowner
where c.relkind in ('r', 'p', 'S', 'v', 'm', 'f') and n.nspname = any ($1)`;

const grantee = `coalesce(g.rolname::text, 'public')`;
const privilege = (column = "''") =>
  `pg_catalog.lower(x.privilege_type) || ${column} || case when x.is_grantable then ' with grant option' else '' end`;

/** $1: names of schemas. The rights of all roles except the owner: one row for each object and role. */
export const grantsSql = `
select 'table' as of, n.nspname::text as schema, c.relname::text as relation, x.role as name, pg_catalog.array_agg(x.privilege order by x.privilege) as privileges
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace, lateral (
  select ${grantee} as role, ${privilege()} as privilege from pg_catalog.aclexplode(c.relacl) x
    left join pg_catalog.pg_roles g on g.oid = x.grantee where x.grantee <> c.relowner
  union all select ${grantee}, ${privilege(`' (' || a.attname || ')'`)} from pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) x
    left join pg_catalog.pg_roles g on g.oid = x.grantee
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and x.grantee <> c.relowner) x
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname = any ($1) group by 2, 3, 4
union all
select 'function', n.nspname::text, p.proname::text || '(' || (select coalesce(pg_catalog.string_agg(
    pg_catalog.format_type(t, null), ', ' order by i), '') from pg_catalog.unnest(p.proargtypes) with ordinality a (t, i)) || ')',
  ${grantee}, pg_catalog.array_agg(${privilege()} order by 1)
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace,
  pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) x left join pg_catalog.pg_roles g on g.oid = x.grantee
where n.nspname = any ($1) and x.grantee <> p.proowner group by p.oid, 2, 3, 4
union all
select 'schema', n.nspname::text, '', ${grantee}, pg_catalog.array_agg(${privilege()} order by 1)
from pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) x left join pg_catalog.pg_roles g on g.oid = x.grantee
where n.nspname = any ($1) and x.grantee <> n.nspowner group by 2, 4`;

/** $1: names of schemas. */
export const commentsSql = `
select case when c.relkind = 'i' or c.relkind = 'I' then 'index' when d.objsubid > 0 then 'column' when c.relkind = 'S' then 'sequence'
    when c.relkind in ('v', 'm') then 'view' else 'table' end as of,
  n.nspname::text as schema, c.relname::text as relation, coalesce(a.attname::text, '') as name, d.description as text
from pg_catalog.pg_description d join pg_catalog.pg_class c on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.objoid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
where n.nspname = any ($1)
union all
select 'constraint', n.nspname::text, c.relname::text, k.conname::text, d.description
from pg_catalog.pg_description d join pg_catalog.pg_constraint k on d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objoid
join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1)
union all
select 'trigger', n.nspname::text, c.relname::text, t.tgname::text, d.description
from pg_catalog.pg_description d join pg_catalog.pg_trigger t on d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and t.oid = d.objoid
join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1)
union all
select 'policy', n.nspname::text, c.relname::text, p.polname::text, d.description
from pg_catalog.pg_description d join pg_catalog.pg_policy p on d.classoid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = d.objoid
join pg_catalog.pg_class c on c.oid = p.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1)
union all
select 'function', n.nspname::text, p.proname::text || '(' || (select coalesce(pg_catalog.string_agg(
    pg_catalog.format_type(t, null), ', ' order by i), '') from pg_catalog.unnest(p.proargtypes) with ordinality a (t, i)) || ')', '', d.description
from pg_catalog.pg_description d join pg_catalog.pg_proc p on d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.objoid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1)
union all
select 'schema', n.nspname::text, '', '', d.description from pg_catalog.pg_description d
join pg_catalog.pg_namespace n on d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and n.oid = d.objoid where n.nspname = any ($1)`;

/** $1: names of schemas. The other required objects: schemas and types. */
export const namesSql = `
select 'schema' as kind, n.nspname::text as schema, n.nspname::text as name, o.rolname::text as owner
from pg_catalog.pg_namespace n join pg_catalog.pg_roles o on o.oid = n.nspowner where n.nspname = any ($1)
union all
select 'type', n.nspname::text, t.typname::text, o.rolname::text from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace join pg_catalog.pg_roles o on o.oid = t.typowner
where n.nspname = any ($1) and t.typtype in ('e', 'd', 'c', 'r')`;
