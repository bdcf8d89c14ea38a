import type { Tenancy } from '../tenancy.ts';
import { type Ddl, ddl, literal, name } from './ddl.ts';

/**
 * Creates the app and the system role where they are missing, and refuses an app role that could
 * bypass the policies. Roles belong to the whole cluster, so two databases may migrate at once:
 * the advisory lock makes the second wait instead of failing on a duplicate.
 */
export function rolesSql({ roles }: Tenancy): Ddl {
  return ddl`
    do $tenantry$
    begin
      perform pg_advisory_xact_lock(hashtextextended('tenantry.roles', 0));
      if not exists (select from pg_roles where rolname = ${literal(roles.app)}) then
        create role ${name(roles.app)} nologin nobypassrls;
      end if;
      if exists (select from pg_roles where rolname = ${literal(roles.app)} and (rolsuper or rolbypassrls)) then
        raise exception 'role % bypasses row-level security', ${literal(roles.app)}
          using hint = 'alter role … nosuperuser nobypassrls';
      end if;
      if not exists (select from pg_roles where rolname = ${literal(roles.system)}) then
        begin
          create role ${name(roles.system)} nologin bypassrls;
        exception when insufficient_privilege then
          raise exception 'role % is missing and the migrating login may not create it', ${literal(roles.system)}
            using hint = 'As a superuser run: create role … nologin bypassrls; grant it to the migrating login.';
        end;
      end if;
      if not (select rolsuper from pg_roles where rolname = current_user) then
        if not pg_has_role(current_user, ${literal(roles.app)}, 'member') then
          execute format('grant %I to %I', ${literal(roles.app)}, current_user);
        end if;
        if not pg_has_role(current_user, ${literal(roles.system)}, 'member') then
          execute format('grant %I to %I', ${literal(roles.system)}, current_user);
        end if;
      end if;
    end
    $tenantry$;
  `;
}
