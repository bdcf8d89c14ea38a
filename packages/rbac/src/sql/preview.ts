import { ddl, type SqlFunction } from '@tenantry/core/sql';
import { atHome } from './at-home.ts';
import { builtInOnly, ownOnly } from './both-kinds.ts';
import { required } from './guard.ts';
import { declarePut, put } from './put.ts';
import { raise } from './raise.ts';
import { givenUser, type Names } from './tables.ts';

/**
 * `tenantry.rbac_preview(change)`: who would gain and lose what. The change is made and taken back
 * inside of the function, and worked out as it will be one day.
 */
export function previewFunctions(names: Names): SqlFunction[] {
  const { memberRoles: mr, roles: r, rolePermissions: rp, tenant, tenantType } = names;
  const member = givenUser(names, ddl`($1 ->> 'user')`);
  return atHome(
    names,
    ddl`rbac_preview(change jsonb) returns jsonb`,
    ddl`
      declare
        at_home constant ${tenantType} := (${names.currentTenant});
        target uuid;
        above uuid;
        concerned ${names.userType}[];
        outcome jsonb;
        was jsonb;
        ${declarePut(names)}
      begin
        if $1 ? 'user' then
          ${required(mr.managed.insert, 'a change of roles')}
        else
          ${required(rp.managed.insert, 'a change of a role')}
          select r.${r.c('id')} into target from ${r.target} r
          where r.${r.c(tenant)} = at_home and r.${r.c('key')} = $1 ->> 'role';
          if target is null then
            ${raise('ROLE_UNKNOWN', ddl`coalesce($1 ->> 'role', 'null')`)}
          end if;
        end if;
        if $1 ? 'user' then
          concerned := array[${member}];
        else
          with recursive below as (
            select target as id
            union
            select r.${r.c('id')} from below b join ${r.target} r on r.${r.c(tenant)} = at_home and r.${r.c('parentId')} = b.id
          )
          select coalesce(array_agg(distinct mr.${mr.c('userId')}), '{}') into concerned
          from below b join ${mr.target} mr on mr.${mr.c('roleId')} = b.id and mr.${mr.c(tenant)} = at_home;
        end if;
        select coalesce(jsonb_object_agg(e.user_id, e.permissions), '{}') into was
        from tenantry.rbac_effective(at_home, concerned) e;
        begin
          if $1 ? 'user' then
            delete from ${mr.target} mr where mr.${mr.c(tenant)} = at_home and mr.${mr.c('userId')} = ${member}
              and mr.${mr.c('resourceType')} is null;
            ${put(
              names,
              ddl`
                insert into ${mr.target} (${mr.c(tenant)}, ${mr.c('userId')}, ${mr.c('roleId')})
                select distinct at_home, ${member}, tenantry.rbac_role_id(at_home, k) from jsonb_array_elements_text($1 -> 'roles') k
              `,
            )}
          elsif $1 -> 'remove' = 'true' then
            delete from ${r.target} r where r.${r.c(tenant)} = at_home and r.${r.c('id')} = target;
          else
            if $1 ? 'parent' then
              above := case when $1 ->> 'parent' is not null then tenantry.rbac_role_id(at_home, $1 ->> 'parent') end;
              update ${r.target} r set ${r.c('parentId')} = ${ownOnly(ddl`above`)}, ${r.c('builtInParentId')} = ${builtInOnly(ddl`above`)}
              where r.${r.c(tenant)} = at_home and r.${r.c('id')} = target;
            end if;
            if $1 ? 'permissions' then
              delete from ${rp.target} rp where rp.${rp.c(tenant)} = at_home and rp.${rp.c('roleId')} = target;
              ${put(
                names,
                ddl`
                  insert into ${rp.target} (${rp.c(tenant)}, ${rp.c('roleId')}, ${rp.c('permission')})
                  select distinct at_home, target, k from jsonb_array_elements_text($1 -> 'permissions') k
                `,
              )}
            end if;
          end if;
          outcome := (select coalesce(jsonb_agg(to_jsonb(x) order by x.user), '[]') from (
            select d.user_id as user,
              array(select unnest(d.permissions) except select jsonb_array_elements_text(was -> d.user_id::text) order by 1) as gains,
              array(select jsonb_array_elements_text(was -> d.user_id::text) except select unnest(d.permissions) order by 1) as loses
            from tenantry.rbac_effective(at_home, concerned) d
          ) x where cardinality(x.gains) + cardinality(x.loses) > 0);
          raise exception using errcode = 'TN000';
        exception when sqlstate 'TN000' then
          null; -- everything in this block is taken back, the outcome is not
        end;
        return outcome;
      end
    `,
    { callers: [names.app] },
  );
}
