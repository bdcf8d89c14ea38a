import {
  actorOfTransaction,
  ddl,
  literal,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import { homeOf } from './at-home.ts';
import { grantsIn, rolesIn } from './both-kinds.ts';
import { asSystem, onShards } from './makers.ts';
import { raise } from './raise.ts';
import { type Names, userOf } from './tables.ts';

/**
 * The checks of the grant ceiling. They compare patterns, not permissions: `projects:*` includes future
 * actions, so only a holder of `projects:*` or `*` can grant it. They bypass read policies, so that
 * permissions the actor cannot read cannot be revoked either.
 */
export function requireFunctions(names: Names): SqlFunction[] {
  const { memberRoles: mr, memberships: m, tenant, tenantType, userType, currentTenant } = names;
  const home = homeOf(names);
  const acting = (key: string) => userOf(names, ddl`(acting ->> ${{ sql: `'${key}'` }})`);
  return [
    rolePatterns(names),
    asSystem(
      names,
      ddl`rbac_lacking(tenant ${tenantType}, who ${userType}, patterns text[], type text, id text, until timestamptz) returns text`,
      ddl`
        begin
          return (
            select wanted from unnest($3) wanted
            where not exists (
              select from ${mr.target} mr, unnest(tenantry.rbac_role_patterns($1, mr.${mr.c('roleId')})) held
              where mr.${mr.c(tenant)} = $1 and mr.${mr.c('userId')} = $2
                and (mr.${mr.c('resourceType')} is null or (mr.${mr.c('resourceType')}, mr.${mr.c('resourceId')}) = ($4, $5))
                and (mr.${mr.c('expiresAt')} is null
                  or (mr.${mr.c('expiresAt')} > statement_timestamp() and mr.${mr.c('expiresAt')} >= $6))
                and held in ('*', wanted, split_part(wanted, ':', 1) || ':*')
            ) limit 1
          );
        end
      `,
      {
        volatility: 'stable',
        comment: literal(
          'One of the patterns that a member does not hold, for that resource and until then; null when all are held.',
        ),
      },
    ),
    asSystem(
      names,
      ddl`rbac_require_patterns(patterns text[], type text, id text, until timestamptz) returns void`,
      ddl`
        declare
          acting constant jsonb := ${actorOfTransaction};
          at_home constant ${tenantType} := (${currentTenant});
          who ${userType};
          lacking text;
        begin
          if acting ->> 'user' is null then
            ${raise('ACTOR_MISSING', ddl`'nobody who could give or take a role'`)}
          end if;
          -- who acts on behalf of another gives what both of them have
          foreach who in array array_remove(array[${acting('user')}, ${acting('onBehalfOf')}], null) loop
            lacking := tenantry.rbac_lacking(at_home, who, $1, $2, $3, $4);
            if lacking is not null then
              ${raise('GRANT_ABOVE_OWN', ddl`lacking || ' is not yours to give or take'`, ddl`jsonb_build_object('permission', lacking)`)}
            end if;
          end loop;
          if ${acting('user')} is null or (acting ? 'onBehalfOf' and ${acting('onBehalfOf')} is null) then
            ${raise('GRANT_ABOVE_OWN', ddl`'a user that is no member'`)}
          end if;
        end
      `,
      { volatility: 'stable', callers: [names.app] },
    ),
    asSystem(
      names,
      ddl`rbac_require_role(role uuid, type text, id text, until timestamptz) returns void`,
      ddl`
        begin
          perform tenantry.rbac_require_patterns(tenantry.rbac_role_patterns((${currentTenant}), $1), $2, $3, $4);
        end
      `,
      { volatility: 'stable', callers: [names.app] },
    ),
    asSystem(
      names,
      ddl`rbac_require_member(member ${userType}) returns void`,
      ddl`
        ${home.declared}
        begin
          perform tenantry.rbac_require_role(mr.${mr.c('roleId')}, mr.${mr.c('resourceType')}, mr.${mr.c('resourceId')}, mr.${mr.c('expiresAt')})
          from ${mr.target} mr
          where mr.${mr.c(tenant)} = ${home.tenant} and mr.${mr.c('userId')} = $1
            and (mr.${mr.c('expiresAt')} is null or mr.${mr.c('expiresAt')} > statement_timestamp());
        end
      `,
      {
        volatility: 'stable',
        callers: [names.app],
        comment: literal(
          'Refuses who lacks something that the member holds; a grant that has ended is not held.',
        ),
      },
    ),
    asSystem(
      names,
      ddl`rbac_sender() returns ${userType}`,
      ddl`
        declare
          sender constant ${userType} := ${names.actingUser};
          ${names.onCitus ? ddl`at_home constant ${tenantType} := (${currentTenant});` : ddl``}
        begin
          -- held until the end of the transaction: who is being removed sends nothing beside it
          perform from ${m.target} m where m.${m.c(tenant)} = ${home.tenant} and m.${m.c('userId')} = sender for key share;
          if not found then
            ${raise('GRANT_ABOVE_OWN', ddl`'a user that is no member'`)}
          end if;
          return sender;
        end
      `,
      {
        callers: [names.app],
        comment: literal('Whoever acts, as the one who vouches for an invitation.'),
      },
    ),
  ];
}

/**
 * The patterns of a role and its parents, including patterns that match no permission now: they grant
 * again when the definition contains the permission again.
 */
const rolePatterns = (names: Names): SqlFunction => {
  const { tenantType, onCitus } = names;
  const patterns = ddl`
        with recursive above as (
          select $2 as id
          union
          select r.parent from above a join ${rolesIn(names, ddl`$1`)} r on r.id = a.id where r.parent is not null
        )
        select coalesce(array_agg(distinct rp.permission), '{}')
        from above a join ${grantsIn(names, ddl`$1`)} rp on rp.role = a.id`;
  return sqlFunction(
    ddl`rbac_role_patterns(tenant ${tenantType}, role uuid) returns text[]`,
    {
      // Citus plans no SQL function with parameters
      language: onCitus ? 'plpgsql' : 'sql',
      volatility: 'stable',
      callers: [names.system],
      ...onShards(names),
    },
    onCitus ? ddl`begin return (${patterns}); end` : patterns,
  );
};
