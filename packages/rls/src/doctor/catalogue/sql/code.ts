const ofUsers = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** Functions and procedures of users, and those of extensions that policies call. $1: the role. */
export const functionsSql = `
with app as (select oid, rolsuper from pg_catalog.pg_roles where rolname = $1),
called as (select distinct d.refobjid from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
select p.oid, n.nspname::text as schema, p.proname::text as name,
  pg_catalog.pg_get_function_identity_arguments(p.oid) as args, p.pronargs::int as "argCount",
  o.rolname::text as owner, o.rolsuper or o.rolbypassrls as "ownerBypasses", l.lanname::text as language,
  case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
  p.prosecdef as definer, p.proleakproof as leakproof,
  p.prorettype in ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype) as "isTrigger",
  coalesce(pg_catalog.has_function_privilege(app.oid, p.oid, 'execute') and pg_catalog.has_schema_privilege(app.oid, n.oid, 'usage'), false) as "roleMayExecute",
  array(select distinct case x.grantee when 0 then 'PUBLIC' else g.rolname::text end
    from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) x left join pg_catalog.pg_roles g on g.oid = x.grantee
    where x.grantee <> p.proowner order by 1) as executors,
  (select pg_catalog.substr(s, 13) from pg_catalog.unnest(p.proconfig) s where s like 'search\\_path=%') as "searchPath",
  case when l.lanname in ('c', 'internal') then '' else coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) end as body,
  p.oid in (select refobjid from called) as "inPolicy"
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang join pg_catalog.pg_roles o on o.oid = p.proowner left join app on true
where p.prokind in ('f', 'p') and ${ofUsers} and (p.oid in (select refobjid from called)
  or not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'))
order by n.nspname, p.proname`;

/** $1: the role that serves tenants. */
export const viewsSql = `
with app as (select oid from pg_catalog.pg_roles where rolname = $1)
select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind = 'm' as materialized,
  o.rolname::text as owner, o.rolsuper or o.rolbypassrls as "ownerBypasses",
  coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'], false) as "securityInvoker",
  coalesce(pg_catalog.has_schema_privilege(app.oid, n.oid, 'usage') and
    (pg_catalog.has_table_privilege(app.oid, c.oid, 'select') or pg_catalog.has_any_column_privilege(app.oid, c.oid, 'select')), false) as "roleMaySelect",
  array(select distinct d.refobjid from pg_catalog.pg_rewrite w
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
      and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    where w.ev_class = c.oid and d.refobjid <> c.oid) as reads
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles o on o.oid = c.relowner left join app on true
where c.relkind in ('v', 'm') and ${ofUsers}
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname, c.relname`;

export const triggersSql = `
select t.tgrelid as "table", t.tgname::text as name, t.tgfoid as function, p.proname::text as "functionName", t.tgenabled <> 'D' as enabled,
  pg_catalog.pg_get_triggerdef(t.oid) as definition
from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and ${ofUsers}`;
