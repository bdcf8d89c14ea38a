-- The two logins of the application, to be run once by a superuser after the migrations:
--   psql "$MIGRATION_DATABASE_URL" -f setup/logins.sql
-- and then, for each: \password solo_web, \password solo_system.
-- NOINHERIT: a login has no right by itself, it takes on its role for each statement.
do $logins$
begin
  begin
    create role solo_web login noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    create role solo_system login noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  if not pg_has_role('solo_web', 'app', 'member') then
    grant app to solo_web;
  end if;
  if not pg_has_role('solo_system', 'system', 'member') then
    grant system to solo_system;
  end if;
end
$logins$;

-- What PostgreSQL lets everybody do, and an application of many tenants nobody: ending and watching the
-- connections of a login, and keeping large objects, which belong to a role and not to a tenant. Rights on
-- functions of PostgreSQL are in no dump: run this again after a restore.
do $hardening$
declare
  routine regprocedure;
begin
  for routine in
    select oid from pg_catalog.pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname in (
      'pg_terminate_backend', 'pg_cancel_backend', 'pg_stat_get_activity', 'pg_stat_get_backend_activity',
      'pg_prepared_statement', 'lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lo_get', 'lo_open', 'loread', 'lowrite')
  loop
    execute format('revoke execute on function %s from public', routine);
  end loop;
end
$hardening$;
