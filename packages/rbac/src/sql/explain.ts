import { actorOfTransaction, type Ddl, ddl, isoTime, type SqlFunction } from '@tenantry/core/sql';
import { atHome } from './at-home.ts';
import { grantsIn, rolesIn } from './both-kinds.ts';
import { required } from './guard.ts';
import { asSystem } from './makers.ts';
import { raise } from './raise.ts';
import { type Names, userOf } from './tables.ts';

/**
 * `tenantry.rbac_explain(permission, member, type, id)`: which assignment of which role grants it, or
 * what would. It reads the tables of the application, not the derived permissions, so its answer is also
 * a test of the checks.
 */
export function explainFunctions(names: Names): SqlFunction[] {
  const { memberships: m, memberRoles: mr, permissions: p } = names;
  const roles = rolesIn(names, ddl`$1`);
  const { tenant, tenantType, userType } = names;
  const grants = (pattern: Ddl) => ddl`${pattern} in ($3, split_part($3, ':', 1) || ':*', '*')`;
  return [
    asSystem(
      names,
      ddl`rbac_explain_one(tenant ${tenantType}, member ${userType}, permission text, type text, id text) returns jsonb`,
      ddl`
        declare
          grants jsonb;
          is_member constant boolean := exists (select from ${m.target} m
            where m.${m.c(tenant)} = $1 and m.${m.c('userId')} = $2);
        begin
          with recursive held as (
            select mr.${mr.c('id')} as assignment, mr.${mr.c('expiresAt')} as expires, mr.${mr.c('resourceType')} as type,
              mr.${mr.c('resourceId')} as id, mr.${mr.c('roleId')} as role, array[]::uuid[] as passed, array[]::text[] as path
            from ${mr.target} mr where mr.${mr.c(tenant)} = $1 and mr.${mr.c('userId')} = $2
              and (mr.${mr.c('resourceType')} is null or (mr.${mr.c('resourceType')}, mr.${mr.c('resourceId')}) = ($4, $5))
            union all
            select h.assignment, h.expires, h.type, h.id, r.parent, h.passed || h.role, h.path || r.key
            from held h join ${roles} r on r.id = h.role
            where r.parent is not null and r.parent <> all (h.passed || h.role)
          )
          select coalesce(jsonb_agg(jsonb_build_object('assignment', h.assignment, 'role', (h.path || r.key)[1],
              'through', to_jsonb(h.path || r.key), 'pattern', rp.permission,
              'expiresAt', ${isoTime(ddl`h.expires`)}, 'expired', coalesce(h.expires <= statement_timestamp(), false),
              'resource', case when h.type is not null then jsonb_build_object('type', h.type, 'id', h.id) end)
              order by cardinality(h.path), rp.permission), '[]')
          into grants
          from held h
          join ${roles} r on r.id = h.role
          join ${grantsIn(names, ddl`$1`)} rp on rp.role = h.role and ${grants(ddl`rp.permission`)};
          return jsonb_build_object('permission', $3, 'user', $2, 'member', is_member,
            'allowed', is_member and exists (select from jsonb_array_elements(grants) g where not (g ->> 'expired')::boolean),
            'grants', grants, 'fix', tenantry.rbac_smallest_role($1, $3));
        end
      `,
      { volatility: 'stable' },
    ),
    asSystem(
      names,
      ddl`rbac_smallest_role(tenant ${tenantType}, permission text) returns jsonb`,
      ddl`
        begin
          return (
            select jsonb_build_object('role', c.key, 'permissions', to_jsonb(c.keys))
            from (
              select r.key, r.built_in, array(
                select distinct p.${p.c('key')} from ${p.target} p, unnest(tenantry.rbac_role_patterns($1, r.id)) held
                where held in (p.${p.c('key')}, p.${p.c('resource')} || ':*', '*') order by 1) as keys
              from ${roles} r
            ) c
            where $2 = any (c.keys)
            order by cardinality(c.keys), not c.built_in, c.key limit 1
          );
        end
      `,
      { volatility: 'stable' },
    ),
    ...atHome(
      names,
      ddl`rbac_explain(permission text, member text, type text, id text) returns jsonb`,
      ddl`
        declare
          at_home constant ${tenantType} := (${names.currentTenant});
          acting constant jsonb := ${actorOfTransaction};
          own jsonb;
          other jsonb;
        begin
          if not exists (select from ${p.target} p where p.${p.c('key')} = $1) then
            ${raise('PERMISSION_UNKNOWN', ddl`$1`, ddl`jsonb_build_object('permission', $1)`)}
          end if;
          if $2 is null and acting ->> 'user' is null then
            ${raise('ACTOR_MISSING', ddl`$1`)}
          end if;
          if $2 is distinct from acting ->> 'user' and $2 is not null then
            ${mr.managed.read === null ? ddl`null;` : required(mr.managed.read, 'an explanation of others')}
          end if;
          own := tenantry.rbac_explain_one(at_home, ${userOf(names, ddl`coalesce($2, acting ->> 'user')`)}, $1, $3, $4);
          if $2 is not null or not acting ? 'onBehalfOf' then return own; end if;
          other := tenantry.rbac_explain_one(at_home, ${userOf(names, ddl`(acting ->> 'onBehalfOf')`)}, $1, $3, $4);
          return own || jsonb_build_object('onBehalfOf', other,
            'allowed', (own ->> 'allowed')::boolean and (other ->> 'allowed')::boolean);
        end
      `,
      { volatility: 'stable', callers: [names.app] },
    ),
  ];
}
