import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { keysEffective } from './api-key-state.ts';
import { grantsIn, rolesIn } from './both-kinds.ts';
import { onShards } from './makers.ts';
import type { Names } from './tables.ts';

/**
 * `tenantry.rbac_effective(tenant, members)`: the current permissions of members, from the tables of the
 * application. `facts` is the content of an entry; `valid_until` is when the first grant ends.
 */
export function effectiveFunction(names: Names): SqlFunction {
  const { memberships: m, memberRoles: mr, permissions: p } = names;
  const roles = rolesIn(names, ddl`$1`);
  const grants = grantsIn(names, ddl`$1`);
  const { tenantType, userType, tenant } = names;
  return sqlFunction(
    ddl`rbac_effective(tenant ${tenantType}, members ${userType}[]) returns table (tenant_id ${tenantType}, user_id ${userType}, permissions text[], facts jsonb, valid_until timestamptz)`,
    { volatility: 'stable', parallel: 'safe', callers: [names.system], ...onShards(names) },
    ddl`
      declare
        chosen ${userType}[] := $2;
      begin
        if chosen is null then
          chosen := array(select m.${m.c('userId')} from ${m.target} m where m.${m.c(tenant)} = $1);
        end if;
        return query
        with recursive held as (
          -- union, not union all: a circle of parents ends here
          select mr.${mr.c('userId')} as member, mr.${mr.c('resourceType')} as type, mr.${mr.c('resourceId')} as id,
            mr.${mr.c('roleId')} as assigned, mr.${mr.c('roleId')} as role, mr.${mr.c('expiresAt')} as expires
          from ${mr.target} mr
          where mr.${mr.c(tenant)} = $1 and mr.${mr.c('userId')} = any (chosen)
            and (mr.${mr.c('expiresAt')} is null or mr.${mr.c('expiresAt')} > statement_timestamp())
          union
          select h.member, h.type, h.id, h.assigned, r.parent, h.expires
          from held h join ${roles} r on r.id = h.role
          where r.parent is not null
        ),
        granted as (
          select distinct h.member, h.type, h.id, p.${p.c('key')} as key
          from held h
          join ${grants} rp on rp.role = h.role
          join ${p.target} p on rp.permission in (p.${p.c('key')}, p.${p.c('resource')} || ':*', '*')
        ),
        wide as (
          select g.member, array_agg(g.key order by g.key) as keys from granted g where g.type is null group by 1
        ),
        narrow as (
          select t.member, jsonb_object_agg(t.type, t.ids) as resources
          from (
            select i.member, i.type, jsonb_object_agg(i.id, i.keys) as ids
            from (
              select g.member, g.type, g.id, jsonb_agg(g.key order by g.key) as keys
              from granted g where g.type is not null group by 1, 2, 3
            ) i group by 1, 2
          ) t group by 1
        ),
        named as (
          select h.member, jsonb_agg(distinct r.key) as keys
          from held h join ${roles} r on r.id = h.assigned where h.type is null group by 1
        ),
        ends as (select h.member, min(h.expires) as at from held h group by 1)
        select m.${m.c(tenant)}, m.${m.c('userId')}, coalesce(w.keys, '{}'),
          jsonb_build_object('permissions', to_jsonb(coalesce(w.keys, '{}')),
            'roles', coalesce(n.keys, '[]'), 'resources', coalesce(i.resources, '{}'), 'until', extract(epoch from e.at)),
          e.at
        from ${m.target} m
        left join wide w on w.member = m.${m.c('userId')}
        left join narrow i on i.member = m.${m.c('userId')}
        left join named n on n.member = m.${m.c('userId')}
        left join ends e on e.member = m.${m.c('userId')}
        where m.${m.c(tenant)} = $1 and m.${m.c('userId')} = any (chosen);
        ${keysEffective(names)}
      end
    `,
  );
}
