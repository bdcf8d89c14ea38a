import { actorOfTransaction, type Ddl, ddl, join } from '@tenantry/core/sql';
import { definer, type Names, type RbacTable, rights, userOf } from './tables.ts';
import { beforeRow, raise } from './triggers.ts';

/**
 * The grant ceiling: under the policies nobody gives or takes what they lack, nor for longer than
 * they have it. The triggers run as whoever writes, and `row_security_active` tells whether the
 * policies bind them: the system role, and foreign keys that cascade, are free.
 *
 * It compares patterns, not permissions: `projects:*` also stands for actions of tomorrow, so only
 * who has `projects:*` or `*` gives it.
 */
export function ceilingSql(names: Names): Ddl {
  const { roles: r, rolePermissions: rp, memberRoles: mr, memberships: m, invitations } = names;
  const { tenant } = names;
  return join(
    [
      patternsSql(names),
      requireSql(names),
      trigger(mr, 'rbac_ceiling_member_roles', [
        whenWritten(
          ddl`perform tenantry.rbac_require_role(new.${mr.c('roleId')}, new.${mr.c('resourceType')}, new.${mr.c('resourceId')}, new.${mr.c('expiresAt')});`,
        ),
        ddl`
          -- a cascade is at depth 2: it follows a membership, which has its own check, or a role
          if tg_op = 'UPDATE' or (tg_op = 'DELETE' and pg_trigger_depth() = 1) then
            perform tenantry.rbac_require_role(old.${mr.c('roleId')}, old.${mr.c('resourceType')}, old.${mr.c('resourceId')}, old.${mr.c('expiresAt')});
          end if;`,
      ]),
      beforeRow(mr, 'rbac_ceiling_member_roles', 'insert or update or delete'),
      trigger(m, 'rbac_ceiling_memberships', [
        ddl`
          perform tenantry.rbac_require_role(mr.${mr.c('roleId')}, mr.${mr.c('resourceType')}, mr.${mr.c('resourceId')}, mr.${mr.c('expiresAt')})
          from ${mr.target} mr
          where mr.${mr.c(tenant)} = old.${m.c(tenant)} and mr.${mr.c('userId')} = old.${m.c('userId')};`,
      ]),
      beforeRow(m, 'rbac_ceiling_memberships', 'delete'),
      trigger(rp, 'rbac_ceiling_role_permissions', [
        whenWritten(
          ddl`perform tenantry.rbac_require_patterns(array[new.${rp.c('permission')}], null, null, null);`,
        ),
      ]),
      beforeRow(rp, 'rbac_ceiling_role_permissions', 'insert or update'),
      trigger(r, 'rbac_ceiling_roles', [
        ddl`
          if new.${r.c('parentId')} is not null and (tg_op = 'INSERT' or new.${r.c('parentId')} is distinct from old.${r.c('parentId')}) then
            perform tenantry.rbac_require_role(new.${r.c('parentId')}, null, null, null);
          end if;`,
      ]),
      beforeRow(r, 'rbac_ceiling_roles', 'insert or update'),
      ...(invitations === undefined
        ? []
        : [
            trigger(invitations, 'rbac_ceiling_invitations', [
              ddl`
                if tg_op = 'INSERT' or new.${invitations.c('roleId')} <> old.${invitations.c('roleId')} then
                  perform tenantry.rbac_require_role(new.${invitations.c('roleId')}, null, null, null);
                end if;`,
            ]),
            beforeRow(invitations, 'rbac_ceiling_invitations', 'insert or update'),
          ]),
    ],
    '\n',
  );
}

const whenWritten = (then: Ddl): Ddl => ddl`if tg_op <> 'DELETE' then ${then} end if;`;

/** A trigger function that runs as whoever writes. */
const trigger = (table: RbacTable, fn: string, body: readonly Ddl[]): Ddl => ddl`
  create or replace function tenantry.${{ sql: fn }}() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
      ${join(body, '\n')}
    end if;
    return coalesce(new, old);
  end
  $tenantry$;
  comment on function tenantry.${{ sql: fn }}() is 'Nobody gives or takes what they lack: ${{ sql: table.table.replaceAll("'", '') }}.';
  ${rights(`tenantry.${fn}()`)}
`;

/** The patterns that a role grants, with those of its parents. */
const patternsSql = (names: Names): Ddl => {
  const { roles: r, rolePermissions: rp, permissions: p, tenant, tenantType } = names;
  return ddl`
    create or replace function tenantry.rbac_role_patterns(tenant ${tenantType}, role uuid) returns text[]
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
      with recursive above as (
        select $2 as id
        union
        select r.${r.c('parentId')} from above a join ${r.target} r on r.${r.c('id')} = a.id
          and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1)
        where r.${r.c('parentId')} is not null
      )
      select coalesce(array_agg(distinct rp.${rp.c('permission')}), '{}')
      from above a
      join ${r.target} r on r.${r.c('id')} = a.id and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1)
      join ${rp.target} rp on rp.${rp.c('roleId')} = a.id
      -- what no permission stands behind any more grants nothing
      where exists (select from ${p.target} p
        where rp.${rp.c('permission')} in (p.${p.c('key')}, p.${p.c('resource')} || ':*', '*'))
    $tenantry$;
    ${rights(`tenantry.rbac_role_patterns(${tenantType.sql}, uuid)`, [names.system])}
  `;
};

const requireSql = (names: Names): Ddl => {
  const { memberRoles: mr, tenant, currentTenant } = names;
  const acting = (key: string) => userOf(names, ddl`(acting ->> ${{ sql: `'${key}'` }})`);
  return ddl`
    create or replace function tenantry.rbac_require_patterns(patterns text[], type text, id text, until timestamptz)
    returns void
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      acting constant jsonb := ${actorOfTransaction};
      at_home constant ${names.tenantType} := (${currentTenant});
      who ${names.userType};
      lacking text;
    begin
      if acting ->> 'user' is null then
        ${raise('ACTOR_MISSING', ddl`'nobody who could give or take a role'`)}
      end if;
      -- who acts on behalf of another gives what both of them have
      foreach who in array array_remove(array[${acting('user')}, ${acting('onBehalfOf')}], null) loop
        select wanted into lacking from unnest($1) wanted
        where not exists (
          select from ${mr.target} mr, unnest(tenantry.rbac_role_patterns(at_home, mr.${mr.c('roleId')})) held
          where mr.${mr.c(tenant)} = at_home and mr.${mr.c('userId')} = who
            and (mr.${mr.c('resourceType')} is null or (mr.${mr.c('resourceType')}, mr.${mr.c('resourceId')}) = ($2, $3))
            and (mr.${mr.c('expiresAt')} is null
              or (mr.${mr.c('expiresAt')} > statement_timestamp() and mr.${mr.c('expiresAt')} >= $4))
            and held in ('*', wanted, split_part(wanted, ':', 1) || ':*')
        ) limit 1;
        if lacking is not null then
          ${raise('GRANT_ABOVE_OWN', ddl`lacking || ' is not yours to give or take'`, ddl`jsonb_build_object('permission', lacking)`)}
        end if;
      end loop;
      if ${acting('user')} is null or (acting ? 'onBehalfOf' and ${acting('onBehalfOf')} is null) then
        ${raise('GRANT_ABOVE_OWN', ddl`'a user that is no member'`)}
      end if;
    end
    $tenantry$;
    ${definer(names, 'tenantry.rbac_require_patterns(text[], text, text, timestamptz)', [names.app])}

    create or replace function tenantry.rbac_require_role(role uuid, type text, id text, until timestamptz)
    returns void
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.rbac_require_patterns(tenantry.rbac_role_patterns((${currentTenant}), $1), $2, $3, $4);
    end
    $tenantry$;
    ${definer(names, 'tenantry.rbac_require_role(uuid, text, text, timestamptz)', [names.app])}
  `;
};
