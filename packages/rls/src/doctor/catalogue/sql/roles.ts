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
    where r.rolname = $1 and e.extname = 'dblink' and p.proname in ('dblink', 'dblink_connect', 'dblink_exec')), false) as "roleMayDblink"`;

/** $1: names of roles. */
export const rolesSql = `
select r.rolname::text as name, r.rolsuper as superuser, r.rolbypassrls as "bypassRls",
  r.rolreplication as replication, r.rolcreaterole as "createRole",
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
