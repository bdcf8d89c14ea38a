-- The two logins of the application, to be run once by a superuser after the migrations:
--   psql "$MIGRATION_DATABASE_URL" -f setup/logins.sql
-- and then, for each: \password b2b_web, \password b2b_system.
-- NOINHERIT: a login has no right by itself, it takes on its role for each statement.
do $logins$
begin
  begin
    create role b2b_web login noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    create role b2b_system login noinherit;
  exception when duplicate_object or unique_violation then null;
  end;
  if not pg_has_role('b2b_web', 'app', 'member') then
    grant app to b2b_web;
  end if;
  if not pg_has_role('b2b_system', 'system', 'member') then
    grant system to b2b_system;
  end if;
end
$logins$;
