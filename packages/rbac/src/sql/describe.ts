import { ddl, isoTime, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { Names } from './tables.ts';

/**
 * `tenantry.rbac_describe(tenant, most)`: roles, members and open invitations as the caller may read
 * them, and what the acting user holds. Each list comes in the order of an index, so `most` rows are all
 * that is read. Without a tenant it has the roles of the definition alone.
 */
export function describeFunction(names: Names): SqlFunction {
  const { memberships: m, memberRoles: mr, roles: r, rolePermissions: rp, users: u } = names;
  const { invitations: i, tenant } = names;
  const roleKey = (id: ReturnType<typeof ddl>) =>
    ddl`(select k.${r.c('key')} from ${r.target} k where k.${r.c('id')} = ${id})`;
  const rows = (of: ReturnType<typeof ddl>) =>
    ddl`coalesce((select jsonb_agg(to_jsonb(x)) from (${of}) x), '[]')`;
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
    { volatility: 'stable', callers: names.both },
    ddl`
      declare
        held jsonb := '[]';
      begin
        if row_security_active(${literal(mr.target.sql)}) then
          held := coalesce(tenantry.my_permissions() -> 'permissions', '[]');
        end if;
        return jsonb_build_object('held', held,
          'roles', ${rows(ddl`
            select r.${r.c('key')} as key, r.${r.c('name')} as name, r.${r.c(tenant)} is null as system,
              ${roleKey(ddl`r.${r.c('parentId')}`)} as parent,
              coalesce((select string_agg(rp.${rp.c('permission')}, ', ' order by rp.${rp.c('permission')})
                from ${rp.target} rp where rp.${rp.c('roleId')} = r.${r.c('id')}), '') as permissions
            from ${r.target} r where r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1
            order by r.${r.c(tenant)} is not null, r.${r.c('key')} limit $2`)},
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
