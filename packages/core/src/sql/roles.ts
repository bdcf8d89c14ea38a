import type { Tenancy } from '../tenancy.ts';
import { type Ddl, ddl, literal, name } from './ddl.ts';

/**
 * Creates the app and the system role where they are missing, refuses roles that could not do their
 * work, and makes the migrating login a member of both: it hands a function to the system role, and
 * replaces it later.
 *
 * Roles belong to the whole cluster, and two databases may migrate at once: whoever is second waits
 * in the unique index of pg_authid and finds the role there.
 */
export function rolesSql({ roles }: Tenancy): Ddl {
  const app = literal(roles.app);
  const system = literal(roles.system);
  return ddl`
    do $tenantry$
    declare
      wanted text;
      is_member text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
      with_rights text := case when current_setting('server_version_num')::int >= 160000 then ' with inherit true, set true' else '' end;
    begin
      if not exists (select from pg_roles where rolname = ${app}) then
        begin
          create role ${name(roles.app)} nologin nobypassrls;
        exception
          when duplicate_object or unique_violation then null;
          when insufficient_privilege then
            raise exception 'role % is missing and the migrating login may not create it', ${app} using errcode = '42501',
              hint = format('As a superuser run: create role %I nologin nobypassrls; grant %I to %I;', ${app}, ${app}, current_user);
        end;
      end if;
      if exists (select from pg_roles where rolname = ${app} and (rolsuper or rolbypassrls)) then
        raise exception 'role % bypasses row-level security', ${app} using errcode = '42501',
          hint = format('As a superuser run: alter role %I nosuperuser nobypassrls;', ${app});
      end if;

      if not exists (select from pg_roles where rolname = ${system}) then
        begin
          create role ${name(roles.system)} nologin bypassrls;
        exception
          when duplicate_object or unique_violation then null;
          when insufficient_privilege then
            raise exception 'role % is missing and the migrating login may not create it', ${system} using errcode = '42501',
              hint = format('As a superuser run: create role %I nologin bypassrls; grant %I to %I;', ${system}, ${system}, current_user);
        end;
      end if;
      if exists (select from pg_roles where rolname = ${system} and not (rolsuper or rolbypassrls)) then
        raise exception 'role % does not bypass row-level security', ${system} using errcode = '42501',
          hint = format('As a superuser run: alter role %I bypassrls;', ${system});
      end if;

      if (select rolsuper from pg_roles where rolname = current_user) then
        return;
      end if;
      foreach wanted in array array[${app}, ${system}] loop
        if pg_has_role(current_user, wanted, is_member) and pg_has_role(current_user, wanted, 'usage') then
          continue;
        end if;
        begin
          execute format('grant %I to %I', wanted, current_user) || with_rights;
        exception when insufficient_privilege then
          raise exception 'the migrating login % is not a member of role %', current_user, wanted using errcode = '42501',
            hint = format('As a superuser run: grant %I to %I%s;', wanted, current_user, with_rights);
        end;
      end loop;
    end
    $tenantry$;
  `;
}
