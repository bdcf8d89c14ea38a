import { actorOfTransaction, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { builtInRoleId } from '../definition/built-in-id.ts';
import { atHome, homeOf } from './at-home.ts';
import { guard } from './guard.ts';
import { asCaller } from './makers.ts';
import { raise } from './raise.ts';
import { givenUser, type Names } from './tables.ts';

/**
 * The functions of `rbac.members`. They run as the caller, so policies, rights and the grant ceiling
 * apply; leaving and transferring ownership need no permission.
 */
export function memberFunctions(names: Names): SqlFunction[] {
  const { memberships: m, memberRoles: mr, tenant, tenantType, userType } = names;
  const user = givenUser(names, ddl`$2`);
  const recipient = givenUser(names, ddl`$1`);
  const noMember = raise('MEMBER_UNKNOWN', ddl`'a user that is not a member'`);
  const isSame = ddl`mr.${mr.c(tenant)} = $1 and mr.${mr.c('userId')} = ${user}
        and mr.${mr.c('resourceType')} is not distinct from $4 and mr.${mr.c('resourceId')} is not distinct from $5`;
  const isOwnership = ddl`mr.${mr.c(tenant)} = at_home and mr.${mr.c('userId')} = giver
        and mr.${mr.c('roleId')} = ${literal(builtInRoleId(names.owner))} and mr.${mr.c('resourceType')} is null and mr.${mr.c('expiresAt')} is null`;
  const noOwner = raise('PERMISSION_DENIED', ddl`'only an owner gives the ownership away'`);
  return [
    asCaller(
      names,
      ddl`rbac_add_member(tenant ${tenantType}, member text, role text) returns bigint`,
      ddl`
        begin
          ${guard(m, 'insert')}
          insert into ${m.target} (${m.c(tenant)}, ${m.c('userId')}) values ($1, ${user}) on conflict do nothing;
          if not found then ${raise('MEMBER_EXISTS', ddl`'a member'`)} end if;
          if $3 is null then return tenantry.rbac_version($1); end if;
          return tenantry.rbac_assign($1, $2, $3, null, null, null);
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_remove_member(tenant ${tenantType}, member text) returns bigint`,
      ddl`
        begin
          ${guard(m, 'delete')}
          delete from ${m.target} m where m.${m.c(tenant)} = $1 and m.${m.c('userId')} = ${user};
          if not found then ${noMember} end if;
          return tenantry.rbac_version($1);
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_assign(tenant ${tenantType}, member text, role text, type text, id text, expires timestamptz) returns bigint`,
      ddl`
        begin
          ${guard(mr, 'insert')}
          if not exists (select from ${m.target} m where m.${m.c(tenant)} = $1 and m.${m.c('userId')} = ${user}) then
            ${noMember}
          end if;
          insert into ${mr.target} as mr (${mr.c(tenant)}, ${mr.c('userId')}, ${mr.c('roleId')},
            ${mr.c('resourceType')}, ${mr.c('resourceId')}, ${mr.c('expiresAt')})
          values ($1, ${user}, tenantry.rbac_role_id($1, $3), $4, $5, $6)
          on conflict (${mr.c(tenant)}, ${mr.c('userId')}, ${mr.c('roleId')}, ${mr.c('resourceType')}, ${mr.c('resourceId')})
          do update set ${mr.c('expiresAt')} = excluded.${mr.c('expiresAt')}
            where mr.${mr.c('expiresAt')} is distinct from excluded.${mr.c('expiresAt')};
          return tenantry.rbac_version($1);
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_unassign(tenant ${tenantType}, member text, role text, type text, id text) returns bigint`,
      ddl`
        begin
          ${guard(mr, 'delete')}
          delete from ${mr.target} mr where ${isSame} and mr.${mr.c('roleId')} = tenantry.rbac_role_id($1, $3);
          if not found then ${raise('ROLE_NOT_HELD', ddl`coalesce($3, 'null')`, ddl`jsonb_build_object('role', $3)`)} end if;
          return tenantry.rbac_version($1);
        end
      `,
    ),
    ...atHome(
      names,
      ddl`rbac_leave() returns void`,
      ddl`
        declare
          leaving constant ${userType} := ${names.actingUser};
          ${names.onCitus ? ddl`at_home constant ${tenantType} := (${names.currentTenant});` : ddl``}
        begin
          if (${actorOfTransaction}) ? 'onBehalfOf' then
            ${raise('PERMISSION_DENIED', ddl`'nobody leaves on behalf of another'`)}
          end if;
          delete from ${m.target} m where m.${m.c(tenant)} = ${homeOf(names).tenant} and m.${m.c('userId')} = leaving;
          if not found then ${noMember} end if;
        end
      `,
      { callers: [names.app], writes: true },
    ),
    ...atHome(
      names,
      ddl`rbac_transfer_ownership(member text, keep text) returns bigint`,
      ddl`
        declare
          at_home constant ${tenantType} := (${names.currentTenant});
          acting constant text := ${actorOfTransaction} ->> 'user';
          giver constant ${userType} := ${names.actingUser};
        begin
          if (${actorOfTransaction}) ? 'onBehalfOf' or not exists (select from ${mr.target} mr where ${isOwnership}) then
            ${noOwner}
          end if;
          if giver = ${recipient} then return tenantry.rbac_version(at_home); end if;
          -- this function is free of the ceiling; what the giver keeps is not
          if $2 is not null then
            perform tenantry.rbac_require_role(tenantry.rbac_role_id(at_home, $2), null, null, null);
          end if;
          -- its row lock lets one of two transfers through: the other finds nothing to give
          delete from ${mr.target} mr where ${isOwnership};
          if not found then ${noOwner} end if;
          perform tenantry.rbac_assign(at_home, $1, ${literal(names.owner)}, null, null, null);
          if $2 is not null then perform tenantry.rbac_assign(at_home, acting, $2, null, null, null); end if;
          return tenantry.rbac_version(at_home);
        end
      `,
      { callers: [names.app], writes: true },
    ),
  ];
}
