import { type Ddl, ddl, isoTime, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { grantsIn, keyOfRole, rolesIn } from './both-kinds.ts';
import { onShards } from './makers.ts';
import type { Names } from './tables.ts';

/**
 * `tenantry.rbac_describe(tenant, most)`: roles, members and open invitations as the caller may read
 * them, and what the acting user holds. Each list comes in the order of an index, so `most` rows are all
 * that is read. Without a tenant it has the roles of the definition alone.
 */
export function describeFunction(names: Names): SqlFunction {
  const { memberships: m, memberRoles: mr, users: u } = names;
  const { invitations: i, tenant } = names;
  const roleKey = (id: Ddl) => keyOfRole(names, ddl`$1`, id);
  const rows = (of: Ddl) => ddl`coalesce((select jsonb_agg(to_jsonb(x)) from (${of}) x), '[]')`;
  const email =
    u === undefined
      ? ddl``
      : ddl`(select u.${u.c('email')} from ${u.target} u where u.${u.c('id')} = m.${m.c('userId')}) as email,`;
  const invited =
    i === undefined
      ? ddl`'[]'::jsonb`
      : rows(ddl`
          select i.${i.c('email')} as email, ${roleKey(ddl`i.${i.c('roleId')}`)} as role,
            i.${i.c('invitedBy')} as "invitedBy", ${isoTime(ddl`i.${i.c('expiresAt')}`)} as "expiresAt"
          from ${i.target} i
          where i.${i.c(tenant)} = $1 and i.${i.c('acceptedAt')} is null and i.${i.c('revokedAt')} is null
            and i.${i.c('expiresAt')} > now()
          order by i.${i.c('email')} limit $2`);
  return sqlFunction(
    ddl`rbac_describe(tenant ${names.tenantType}, most int) returns jsonb`,
    { volatility: 'stable', callers: names.both, ...onShards(names) },
    ddl`
      declare
        held jsonb := '[]';
      begin
        if ${mr.isBound} then
          held := coalesce(tenantry.my_permissions() -> 'permissions', '[]');
        end if;
        return jsonb_build_object('held', held,
          'roles', ${rows(ddl`
            select r.key, r.name, r.built_in as "builtIn", ${roleKey(ddl`r.parent`)} as parent,
              coalesce((select string_agg(rp.permission, ', ' order by rp.permission)
                from ${grantsIn(names, ddl`$1`)} rp where rp.role = r.id), '') as permissions
            from ${rolesIn(names, ddl`$1`)} r order by not r.built_in, r.key limit $2`)},
          'members', ${rows(ddl`
            select m.${m.c('userId')} as user, ${email} ${isoTime(ddl`m.${m.c('joinedAt')}`)} as "joinedAt",
              coalesce((select string_agg(given.role, ', ' order by given.role) from (
                select ${roleKey(ddl`mr.${mr.c('roleId')}`)} || case when mr.${mr.c('resourceType')} is null then ''
                  else format(' (%s %s)', mr.${mr.c('resourceType')}, mr.${mr.c('resourceId')}) end as role
                from ${mr.target} mr where mr.${mr.c(tenant)} = $1 and mr.${mr.c('userId')} = m.${m.c('userId')}
                  and (mr.${mr.c('expiresAt')} is null or mr.${mr.c('expiresAt')} > now())) given), '') as roles
            from ${m.target} m where m.${m.c(tenant)} = $1 order by m.${m.c('userId')} limit $2`)},
          'invitations', ${invited});
      end
    `,
  );
}
