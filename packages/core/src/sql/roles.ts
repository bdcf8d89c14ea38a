import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';

/** Whether row-level security applies to a role: it binds the app role only. */
export type RowSecurity = 'bound' | 'bypassing';

/** The app role and the system role. */
export const rolesSql = ({ roles }: Tenancy): Ddl =>
  join([roleSql(roles.app, 'bound'), roleSql(roles.system, 'bypassing')], '\n');

/**
 * Creates a NOLOGIN role when it is missing, refuses an existing one with the wrong attributes, and makes
 * the migrating login a member of it, because that login transfers functions to the role and replaces
 * them later.
 *
 * Roles belong to the whole cluster, and two databases may migrate at once. The second one waits on the
 * unique index of pg_authid and then finds the role.
 */
export function roleSql(role: string, rowSecurity: RowSecurity): Ddl {
  const wanted = literal(role);
  const bypasses = rowSecurity === 'bypassing';
  const attribute: Ddl = { sql: bypasses ? 'bypassrls' : 'nobypassrls' };
  const is = ddl`exists (select from pg_roles where rolname = ${wanted} and (rolsuper or rolbypassrls))`;
  const [unfit, what, fix]: [Ddl, string, string] = bypasses
    ? [ddl`not ${is}`, 'does not bypass', 'bypassrls']
    : [is, 'bypasses', 'nosuperuser nobypassrls'];
  return ddl`
    do $tenantry$
    declare
      is_member text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
      with_rights text := case when current_setting('server_version_num')::int >= 160000 then ' with inherit true, set true' else '' end;
    begin
      if not exists (select from pg_roles where rolname = ${wanted}) then
        begin
          create role ${name(role)} nologin ${attribute};
        exception
          when duplicate_object or unique_violation then null;
          when insufficient_privilege then
            raise exception 'role % is missing and the migrating login may not create it', ${wanted} using errcode = '42501',
              hint = format('As a superuser run: create role %I nologin ${attribute}; grant %I to %I;', ${wanted}, ${wanted}, current_user);
        end;
      end if;
      if ${unfit} then
        raise exception 'role % ${{ sql: what }} row-level security', ${wanted} using errcode = '42501',
          hint = format('As a superuser run: alter role %I ${{ sql: fix }};', ${wanted});
      end if;
      if (select rolsuper from pg_roles where rolname = current_user)
        or pg_has_role(current_user, ${wanted}, is_member) and pg_has_role(current_user, ${wanted}, 'usage') then
        return;
      end if;
      begin
        execute format('grant %I to %I', ${wanted}, current_user) || with_rights;
      exception when insufficient_privilege then
        raise exception 'the migrating login % is not a member of role %', current_user, ${wanted} using errcode = '42501',
          hint = format('As a superuser run: grant %I to %I%s;', ${wanted}, current_user, with_rights);
      end;
    end
    $tenantry$;
  `;
}
