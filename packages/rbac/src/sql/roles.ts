import { ddl, type SqlFunction } from '@tenantry/core/sql';
import { builtInOnly, grantsIn, keyOfRole, ownOnly, rolesIn } from './both-kinds.ts';
import { guard } from './guard.ts';
import { asCaller } from './makers.ts';
import { declarePut, put } from './put.ts';
import { raise } from './raise.ts';
import type { Names } from './tables.ts';

/** What `rbac.roles` calls: the roles of a tenant, as whoever calls may see and write them. */
export function roleFunctions(names: Names): SqlFunction[] {
  const { roles: r, rolePermissions: rp, memberRoles: mr, tenant, tenantType } = names;
  return [
    asCaller(
      names,
      ddl`rbac_save_role(tenant ${tenantType}, role text, label text, parent text, patterns text[]) returns uuid`,
      ddl`
        declare
          saved uuid;
          above uuid;
          ${declarePut(names)}
        begin
          ${guard(r, 'insert')}
          ${guard(rp, 'insert')}
          -- before any row of it, so that of two changes the second waits here and not half-way
          if ${r.isBound} then perform tenantry.rbac_hold();
          else perform tenantry.rbac_hold_tenant($1);
          end if;
          if $4 is not null then above := tenantry.rbac_role_id($1, $4); end if;
          insert into ${r.target} as r (${r.c(tenant)}, ${r.c('key')}, ${r.c('name')}, ${r.c('parentId')}, ${r.c('builtInParentId')})
          values ($1, $2, $3, ${ownOnly(ddl`above`)}, ${builtInOnly(ddl`above`)})
          on conflict (${r.c(tenant)}, ${r.c('key')}) do update
            set ${r.c('name')} = excluded.${r.c('name')}, ${r.c('parentId')} = excluded.${r.c('parentId')},
              ${r.c('builtInParentId')} = excluded.${r.c('builtInParentId')}
          returning r.${r.c('id')} into saved;
          delete from ${rp.target} rp where rp.${rp.c(tenant)} = $1 and rp.${rp.c('roleId')} = saved and rp.${rp.c('permission')} <> all ($5);
          ${put(
            names,
            ddl`
              insert into ${rp.target} (${rp.c(tenant)}, ${rp.c('roleId')}, ${rp.c('permission')})
              select distinct $1, saved, pattern from unnest($5) pattern
              where not exists (select from ${rp.target} rp
                where rp.${rp.c(tenant)} = $1 and rp.${rp.c('roleId')} = saved and rp.${rp.c('permission')} = pattern)
            `,
          )}
          return saved;
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_remove_role(tenant ${tenantType}, role text) returns void`,
      ddl`
        begin
          ${guard(r, 'delete')}
          delete from ${r.target} r where r.${r.c(tenant)} = $1 and r.${r.c('key')} = $2;
          if not found then
            ${raise('ROLE_UNKNOWN', ddl`$2`, ddl`jsonb_build_object('role', $2)`)}
          end if;
        end
      `,
    ),
    asCaller(
      names,
      ddl`rbac_roles(tenant ${tenantType}) returns jsonb`,
      ddl`
        begin
          return coalesce((select jsonb_agg(jsonb_build_object(
              'id', r.id, 'key', r.key, 'name', r.name, 'builtIn', r.built_in,
              'parent', ${keyOfRole(names, ddl`$1`, ddl`r.parent`)},
              'permissions', coalesce((select jsonb_agg(rp.permission order by rp.permission)
                from ${grantsIn(names, ddl`$1`)} rp where rp.role = r.id), '[]'),
              'members', coalesce(h.members, 0)
            ) order by not r.built_in, r.key)
            from ${rolesIn(names, ddl`$1`)} r
            -- all roles at once: the rows of the tenant are read one time
            left join (select mr.${mr.c('roleId')} as role, count(distinct mr.${mr.c('userId')}) as members
              from ${mr.target} mr where mr.${mr.c(tenant)} = $1 group by 1) h on h.role = r.id), '[]');
        end
      `,
      { volatility: 'stable' },
    ),
  ];
}
