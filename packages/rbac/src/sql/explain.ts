import { actorOfTransaction, type Ddl, ddl, isoTime } from '@tenantry/core/sql';
import { required } from './guard.ts';
import { definer, type Names, userOf } from './tables.ts';
import { raise } from './triggers.ts';

/**
 * `tenantry.rbac_explain(permission, member, type, id)`: which assignment of which role grants it, or
 * what would. It reads the tables of the application, not the derived permissions, so its answer is also
 * a test of the checks.
 */
export function explainSql(names: Names): Ddl {
  const { memberships: m, memberRoles: mr, roles: r, rolePermissions: rp, permissions: p } = names;
  const { tenant, tenantType, userType } = names;
  const grants = (pattern: Ddl) => ddl`${pattern} in ($3, split_part($3, ':', 1) || ':*', '*')`;
  return ddl`
    create or replace function tenantry.rbac_explain_one(
      tenant ${tenantType}, member ${userType}, permission text, type text, id text) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
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
        select h.assignment, h.expires, h.type, h.id, r.${r.c('parentId')}, h.passed || h.role, h.path || r.${r.c('key')}
        from held h join ${r.target} r on r.${r.c('id')} = h.role and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1)
        where r.${r.c('parentId')} is not null and r.${r.c('parentId')} <> all (h.passed || h.role)
      )
      select coalesce(jsonb_agg(jsonb_build_object('assignment', h.assignment, 'role', (h.path || r.${r.c('key')})[1],
          'through', to_jsonb(h.path || r.${r.c('key')}), 'pattern', rp.${rp.c('permission')},
          'expiresAt', ${isoTime(ddl`h.expires`)}, 'expired', coalesce(h.expires <= statement_timestamp(), false),
          'resource', case when h.type is not null then jsonb_build_object('type', h.type, 'id', h.id) end)
          order by cardinality(h.path), rp.${rp.c('permission')}), '[]')
      into grants
      from held h
      join ${r.target} r on r.${r.c('id')} = h.role and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1)
      join ${rp.target} rp on rp.${rp.c('roleId')} = h.role and ${grants(ddl`rp.${rp.c('permission')}`)};
      return jsonb_build_object('permission', $3, 'user', $2, 'member', is_member,
        'allowed', is_member and exists (select from jsonb_array_elements(grants) g where not (g ->> 'expired')::boolean),
        'grants', grants, 'fix', tenantry.rbac_smallest_role($1, $3));
    end
    $tenantry$;
    ${definer(names, `tenantry.rbac_explain_one(${tenantType.sql}, ${userType.sql}, text, text, text)`)}

    create or replace function tenantry.rbac_smallest_role(tenant ${tenantType}, permission text) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return (
        select jsonb_build_object('role', c.key, 'permissions', to_jsonb(c.keys))
        from (
          select r.${r.c('key')} as key, r.${r.c(tenant)} as of, array(
            select distinct p.${p.c('key')} from ${p.target} p, unnest(tenantry.rbac_role_patterns($1, r.${r.c('id')})) held
            where held in (p.${p.c('key')}, p.${p.c('resource')} || ':*', '*') order by 1) as keys
          from ${r.target} r where r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1
        ) c
        where $2 = any (c.keys)
        order by cardinality(c.keys), c.of is not null, c.key limit 1
      );
    end
    $tenantry$;
    ${definer(names, `tenantry.rbac_smallest_role(${tenantType.sql}, text)`)}

    create or replace function tenantry.rbac_explain(permission text, member text, type text, id text) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
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
    $tenantry$;
    ${definer(names, 'tenantry.rbac_explain(text, text, text, text)', [names.app])}
  `;
}

/**
 * `tenantry.rbac_preview(change)`: which members would gain and lose which permissions. The change is
 * made and rolled back inside the function, and computed by the same code as a real change.
 */
export function previewSql(names: Names): Ddl {
  const { memberRoles: mr, roles: r, rolePermissions: rp, tenant, tenantType } = names;
  const member = userOf(names, ddl`($1 ->> 'user')`);
  return ddl`
    create or replace function tenantry.rbac_preview(change jsonb) returns jsonb
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at_home constant ${tenantType} := (${names.currentTenant});
      target uuid;
      concerned ${names.userType}[];
      outcome jsonb;
      was jsonb;
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
          select r.${r.c('id')} from below b join ${r.target} r on r.${r.c('parentId')} = b.id
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
          insert into ${mr.target} (${mr.c(tenant)}, ${mr.c('userId')}, ${mr.c('roleId')})
          select distinct at_home, ${member}, tenantry.rbac_role_id(at_home, k) from jsonb_array_elements_text($1 -> 'roles') k;
        elsif $1 -> 'remove' = 'true' then
          delete from ${r.target} r where r.${r.c('id')} = target;
        else
          if $1 ? 'parent' then
            update ${r.target} r set ${r.c('parentId')} =
              case when $1 ->> 'parent' is not null then tenantry.rbac_role_id(at_home, $1 ->> 'parent') end
            where r.${r.c('id')} = target;
          end if;
          if $1 ? 'permissions' then
            delete from ${rp.target} rp where rp.${rp.c('roleId')} = target;
            insert into ${rp.target} (${rp.c(tenant)}, ${rp.c('roleId')}, ${rp.c('permission')})
            select distinct at_home, target, k from jsonb_array_elements_text($1 -> 'permissions') k;
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
    $tenantry$;
    ${definer(names, 'tenantry.rbac_preview(jsonb)', [names.app])}
  `;
}
