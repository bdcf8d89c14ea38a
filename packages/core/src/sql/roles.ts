import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';

/**
 * What a role does. `tenants`: it serves tenants, so a role that row-level security does not bind is
 * refused. `functions`: policies let it through, and functions run as it.
 */
export type RoleDuty = 'tenants' | 'functions';

/** The app role and the system role. */
export const rolesSql = ({ roles, dialect }: Tenancy): Ddl =>
  join([roleSql(roles.app, 'tenants', dialect), roleSql(roles.system, 'functions', dialect)], '\n');

/**
 * Creates a role when it is missing, NOLOGIN but on Citus, whose coordinator logs in to the workers as it, and makes the migrating login a member of it, because that
 * login transfers functions to the role and replaces them later: it needs the rights of the role, too.
 * Before PostgreSQL 16 the login inherits them or does not; from then on each grant says it. No attribute
 * is needed that a rented server does not give.
 *
 * Roles belong to the whole cluster, and two databases may migrate at once. The second one waits on the
 * unique index of pg_authid and then finds the role.
 */
export function roleSql(
  role: string,
  duty: RoleDuty,
  dialect: Tenancy['dialect'] = 'postgres',
): Ddl {
  const wanted = literal(role);
  const logsIn = dialect === 'citus';
  return ddl`
    do $tenantry$
    declare
      by_grant constant boolean := current_setting('server_version_num')::int >= 160000;
      is_member constant text := case when by_grant then 'set' else 'member' end;
      with_rights constant text := case when by_grant then ' with inherit true, set true' else '' end;
    begin
      if not exists (select from pg_roles where rolname = ${wanted}) then
        begin
          create role ${name(role)} ${logsIn ? ddl`login` : ddl`nologin`};
        exception
          when duplicate_object or unique_violation then null;
          when insufficient_privilege then
            raise exception 'role % is missing and the migrating login may not create it', ${wanted} using errcode = '42501',
              hint = format('As a login with CREATEROLE run: create role %I nologin; grant %I to %I;', ${wanted}, ${wanted}, current_user);
        end;
      end if;
      ${duty === 'tenants' ? refuseBypass(role) : ddl``}
      ${logsIn ? letLogIn(role) : ddl``}
      if (select rolsuper from pg_roles where rolname = current_user)
        or pg_has_role(current_user, ${wanted}, is_member) and pg_has_role(current_user, ${wanted}, 'usage') then
        return;
      end if;
      if not by_grant and not (select rolinherit from pg_roles where rolname = current_user) then
        raise exception 'the migrating login % does not inherit the rights of role %', current_user, ${wanted} using errcode = '42501',
          hint = format('As a login with CREATEROLE run: alter role %I inherit;', current_user);
      end if;
      begin
        execute format('grant %I to %I', ${wanted}, current_user) || with_rights;
      exception when insufficient_privilege then
        raise exception 'the migrating login % is not a member of role %', current_user, ${wanted} using errcode = '42501',
          hint = format('As the login that created role %I run: grant %I to %I%s;', ${wanted}, ${wanted}, current_user, with_rights);
      end;
    end
    $tenantry$;
  `;
}

const letLogIn = (role: string): Ddl => ddl`
  if not (select rolcanlogin from pg_roles where rolname = ${literal(role)}) then
    alter role ${name(role)} login;
  end if;
`;

const refuseBypass = (role: string): Ddl => ddl`
  if (select rolsuper or rolbypassrls from pg_roles where rolname = ${literal(role)}) then
    raise exception 'role % bypasses row-level security', ${literal(role)} using errcode = '42501',
      hint = format('Run: alter role %I nosuperuser nobypassrls;', ${literal(role)});
  end if;
`;

/**
 * Takes BYPASSRLS from a role that an earlier version gave it; policies let it through now. It keeps the
 * attribute, with a notice, where the migrating login may not take it, and while another database of the
 * server has objects of the role and no policy for it: that one has not migrated yet. `tenantry doctor`
 * reports it then.
 */
export function withoutBypassSql(role: string): Ddl {
  const wanted = literal(role);
  return ddl`
    do $tenantry$
    declare
      own constant oid := (select oid from pg_roles where rolname = ${wanted} and rolbypassrls and not rolsuper);
    begin
      if own is null then return; end if;
      if exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = own and d.deptype in ('a', 'o')
        and d.dbid not in (select 0 union select oid from pg_database where datname = current_database())
        and not exists (select from pg_shdepend p where p.refclassid = d.refclassid and p.refobjid = own and p.dbid = d.dbid and p.deptype = 'r')) then
        raise notice 'role % keeps BYPASSRLS until the other databases of this server have migrated', ${wanted};
        return;
      end if;
      alter role ${name(role)} nobypassrls;
    exception when insufficient_privilege then
      raise notice 'role % has BYPASSRLS, which it does not need any more; who may, runs: alter role % nobypassrls;', ${wanted}, quote_ident(${wanted});
    end
    $tenantry$;
  `;
}
