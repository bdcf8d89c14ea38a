import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { asSystem } from './makers.ts';
import { stale } from './stale-mark.ts';
import type { Names } from './tables.ts';

/**
 * Marks the holders of the roles `below` in all tenants, from the coordinator: each statement goes to all
 * shards at once. A tenant that has somebody marked from before gets a version more than it needs.
 */
export const markAll = ({ memberRoles: mr, tenant }: Names): Ddl => ddl`
  update tenantry.member_permissions d set valid_until = ${stale}
  from ${mr.target} mr
  where mr.${mr.c(tenant)} = d.tenant_id and mr.${mr.c('userId')} = d.user_id
    and (mr.${mr.c('ownRoleId')} = any (below) or mr.${mr.c('builtInRoleId')} = any (below))
    and d.valid_until is distinct from ${stale};
  update tenantry.rbac_versions v set version = v.version + 1
  from tenantry.member_permissions d where d.tenant_id = v.tenant_id and d.valid_until = ${stale};
`;

/** Marks the holders of own roles of a tenant, and of those below, on its shard. */
export const markHere = (names: Names): SqlFunction => {
  const { memberRoles: mr, roles: r, tenant, tenantType } = names;
  return asSystem(
    names,
    ddl`rbac_mark_here(tenant ${tenantType}, changed uuid[]) returns void`,
    ddl`
      declare
        below uuid[] := $2;
        next uuid[] := $2;
      begin
        loop
          next := array(select r.${r.c('id')} from ${r.target} r
            where r.${r.c(tenant)} = $1 and r.${r.c('parentId')} = any (next) and r.${r.c('id')} <> all (below));
          exit when next = '{}';
          below := below || next;
        end loop;
        update tenantry.member_permissions d set valid_until = ${stale}
        where d.tenant_id = $1 and d.valid_until is distinct from ${stale}
          and d.user_id in (select mr.${mr.c('userId')} from ${mr.target} mr
            where mr.${mr.c(tenant)} = $1 and mr.${mr.c('ownRoleId')} = any (below));
        if found then
          update tenantry.rbac_versions v set version = v.version + 1 where v.tenant_id = $1;
        end if;
      end
    `,
  );
};
