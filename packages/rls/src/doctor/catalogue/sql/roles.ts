/** The functions that create or open a large object. */
const writers = `array['lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lo_get', 'lo_open', 'loread', 'lowrite']`;

/** $1: the role that serves tenants. */
export const serverSql = `
select pg_catalog.current_setting('server_version_num')::int as version,
  pg_catalog.current_setting('server_version') as "versionText",
  pg_catalog.current_database()::text as database,
  session_user::text as login,
  (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as "isSuperuser",
  pg_catalog.pg_is_in_recovery() as "inRecovery",
  exists (select from pg_catalog.pg_extension where extname = 'citus') as citus,
  coalesce((select pg_catalog.has_database_privilege(oid, pg_catalog.current_database(), 'temporary')
    from pg_catalog.pg_roles where rolname = $1), false) as "roleMayTemporary",
  coalesce((select pg_catalog.has_database_privilege(oid, pg_catalog.current_database(), 'create')
    from pg_catalog.pg_roles where rolname = $1), false) as "roleMayCreateSchemas",
  coalesce((select pg_catalog.bool_or(pg_catalog.has_function_privilege(r.oid, p.oid, 'execute'))
    from pg_catalog.pg_roles r, pg_catalog.pg_proc p
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
    join pg_catalog.pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    where r.rolname = $1 and e.extname = 'dblink' and p.proname in ('dblink', 'dblink_connect', 'dblink_exec')), false) as "roleMayDblink",
  coalesce(pg_catalog.current_setting('cluster_name', true), '') = 'tenantry-testing' as "ofTests",
  array(select distinct p.proname::text from pg_catalog.pg_proc p, pg_catalog.pg_roles r
    where r.rolname = $1 and p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace and p.proname = any (${writers})
      and pg_catalog.has_function_privilege(r.oid, p.oid, 'execute') order by 1) as "largeObjectFunctions",
  (select pg_catalog.count(*)::int from pg_catalog.pg_largeobject_metadata l, pg_catalog.pg_roles r
    where r.rolname = $1 and (l.lomowner = r.oid or exists (select from pg_catalog.aclexplode(l.lomacl) x
      where x.grantee in (0, r.oid)))) as "largeObjects"`;

/** $1: names of roles. */
export const rolesSql = `
select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as "bypassRls",
  r.rolreplication as replication, r.rolcreaterole as "createRole", r.rolcanlogin as "canLogin", r.oid = 10 as bootstrap,
  (select pg_catalog.count(*)::int from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema') as owns,
  pg_catalog.has_function_privilege(r.oid, 'pg_catalog.pg_terminate_backend(integer, bigint)', 'execute') as "mayTerminate",
  -- a view calls its functions with the rights of whoever reads it
  pg_catalog.has_function_privilege(r.oid, 'pg_catalog.pg_stat_get_activity(integer)', 'execute') as "maySeeSessions",
  coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', m.rolname, 'superuser', m.rolsuper,
      'bypassRls', m.rolbypassrls, 'replication', m.rolreplication, 'predefined', m.oid < 16384 and m.rolname like 'pg\\_%',
      'owns', (select pg_catalog.count(*) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relowner = m.oid and c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'))
      order by m.rolname)
    from pg_catalog.pg_roles m
    where m.oid <> r.oid and not r.rolsuper and pg_catalog.pg_has_role(r.oid, m.oid, 'member')), '[]') as becomes
from pg_catalog.pg_roles r where r.rolname = any ($1)`;

/** $1: names of roles. Values are not read: they may be secrets. */
export const settingsSql = `
select r.rolname::text as role, d.datname::text as database, pg_catalog.split_part(setting, '=', 1) as name
from pg_catalog.pg_db_role_setting s
left join pg_catalog.pg_roles r on r.oid = s.setrole
left join pg_catalog.pg_database d on d.oid = s.setdatabase,
  pg_catalog.unnest(s.setconfig) as setting
where (s.setdatabase = 0 or d.datname = pg_catalog.current_database())
  and (s.setrole = 0 or r.rolname = any ($1))`;

// inherit_option came with PostgreSQL 16; before, the attribute of the member decides
export const allRolesSql = `
with recursive granted as (
  select a.member, a.roleid from pg_catalog.pg_auth_members a join pg_catalog.pg_roles m on m.oid = a.member
  where coalesce((pg_catalog.to_jsonb(a) ->> 'inherit_option')::boolean, m.rolinherit)
), inherited as (
  select member, roleid from granted union select i.member, g.roleid from inherited i join granted g on g.member = i.roleid
)
select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as "bypassRls", r.rolcanlogin as "canLogin",
  r.oid < 16384 and r.rolname like 'pg\\_%' as predefined,
  exists (select from pg_catalog.pg_roles m where m.rolcanlogin and not m.rolsuper and pg_catalog.pg_has_role(m.oid, r.oid, 'member')) as reached,
  array(select i.rolname::text from inherited h join pg_catalog.pg_roles i on i.oid = h.roleid where h.member = r.oid order by 1) as inherits
from pg_catalog.pg_roles r order by r.rolname`;
