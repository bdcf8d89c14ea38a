const ofUsers = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const notOfExtension = (
  catalog: string,
  oid: string,
) => `not exists (select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass and d.objid = ${oid} and d.deptype = 'e')`;

/** Tables of users, not of extensions. $1: the role that serves tenants. */
export const tablesSql = (version: number): string => {
  const rights = [
    'SELECT',
    'INSERT',
    'UPDATE',
    'DELETE',
    'TRUNCATE',
    'REFERENCES',
    'TRIGGER',
  ].concat(version >= 170000 ? 'MAINTAIN' : []);
  const right = (name: string) =>
    ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'].includes(name)
      ? `case when pg_catalog.has_table_privilege(app.oid, c.oid, '${name}') or pg_catalog.has_any_column_privilege(app.oid, c.oid, '${name}') then '${name}' end`
      : `case when pg_catalog.has_table_privilege(app.oid, c.oid, '${name}') then '${name}' end`;
  return `
with app as (select oid, rolsuper from pg_catalog.pg_roles where rolname = $1)
select c.oid, n.nspname::text as schema, c.relname::text as name,
  case c.relkind when 'r' then 'table' when 'p' then 'partitioned' else 'foreign' end as kind,
  o.rolname::text as owner, o.rolsuper or o.rolbypassrls as "ownerBypasses",
  coalesce(app.rolsuper or pg_catalog.pg_has_role(app.oid, c.relowner, 'member'), false) as "roleOwns",
  c.relrowsecurity as rls, c.relforcerowsecurity as forced, c.reltuples::float8 as rows,
  array(select i.inhparent from pg_catalog.pg_inherits i where i.inhrelid = c.oid) as parents,
  coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
      'mayUpdate', coalesce(pg_catalog.has_column_privilege(app.oid, c.oid, a.attnum, 'UPDATE'), false)) order by a.attnum)
    from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
  pg_catalog.array_remove(array[${rights.map(right).join(', ')}], null) as rights,
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
where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't' and ${ofUsers} and ${notOfExtension('pg_class', 'c.oid')}
order by n.nspname, c.relname`;
};

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
  case k.contype when 'p' then 'primary' when 'u' then 'unique' when 'x' then 'exclude' else 'foreign' end as kind,
  ${columnNames('k.conkey', 'k.conrelid')} as columns, k.confrelid as "foreignTable",
  ${columnNames('k.confkey', 'k.confrelid')} as "foreignColumns",
  ${action('k.confdeltype')} as "onDelete", ${action('k.confupdtype')} as "onUpdate",
  ${columnNames('coalesce(k.confdelsetcols, k.conkey)', 'k.conrelid')} as cleared,
  k.convalidated as validated, coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::boolean, true) as enforced,
  pg_catalog.pg_get_constraintdef(k.oid) as definition
from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'x', 'f') and k.conparentid = 0 and ${ofUsers}
order by k.conrelid, k.conname`;

// GIN, GiST and similar indexes; of b-trees only those on citext, which is searched by equality.
export const indexesSql = `
with leaky as materialized (select distinct o.amopfamily, o.amoplefttype from pg_catalog.pg_amop o
  join pg_catalog.pg_operator r on r.oid = o.amopopr join pg_catalog.pg_proc p on p.oid = r.oprcode
  where o.amoppurpose = 's' and not p.proleakproof)
select i.indrelid as "table", x.relname::text as name, i.indisunique as unique, i.indisvalid as valid,
  i.indpred is not null as partial, m.amname::text as method,
  exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) as "ofConstraint",
  array(select a.attname::text from pg_catalog.unnest(i.indkey) with ordinality k (n, p)
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n and k.n > 0
    where k.p <= i.indnkeyatts order by k.p) as columns,
  array(select coalesce(a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, k.p::int, true))
    from rows from (pg_catalog.unnest(i.indkey), pg_catalog.unnest(i.indclass)) with ordinality k (n, class, p)
    join pg_catalog.pg_opclass oc on oc.oid = k.class join pg_catalog.pg_type t on t.oid = oc.opcintype
    join leaky l on l.amopfamily = oc.opcfamily and l.amoplefttype = oc.opcintype
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n and k.n > 0
    where m.amname not in ('btree', 'hash') or t.typname = 'citext' order by k.p) as "notLeakproof"
from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
join pg_catalog.pg_am m on m.oid = x.relam
join pg_catalog.pg_class c on c.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and ${ofUsers}
order by i.indrelid, x.relname`;

/** $1: the role that serves tenants. */
export const sequencesSql = `
with app as (select oid from pg_catalog.pg_roles where rolname = $1)
select n.nspname::text as schema, c.relname::text as name, coalesce(d.refobjid, 0::oid) as "table",
  coalesce(pg_catalog.has_sequence_privilege(app.oid, c.oid, 'usage'), false) as "roleMayUse",
  coalesce(pg_catalog.has_sequence_privilege(app.oid, c.oid, 'select'), false) as "roleMayRead",
  coalesce(pg_catalog.has_sequence_privilege(app.oid, c.oid, 'update'), false) as "roleMaySet"
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join app on true
left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid
  and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype in ('a', 'i')
where c.relkind = 'S' and ${ofUsers}`;
