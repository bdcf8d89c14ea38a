import { type Ddl, ddl } from '@tenantry/core/sql';
import { definer, type Names } from './tables.ts';

/** The channel that says which tenant's permissions have changed. */
export const channel = 'tenantry_rbac';

/** Two halves of the key of the transaction-level lock between tenants and the definition. */
export const definitionLock: Ddl = { sql: '1952803950, 1' };

/**
 * `tenantry.rbac_changed(tenant, members)` brings the permissions of members up to date, of all
 * members where they are null, and the version of the tenant forward. The row of the version is
 * held until the end of the transaction: of two changes in one tenant the second waits, and then
 * sees the first. That is what keeps what is derived equal to what it is derived from, and what the
 * last owner is counted under.
 */
export function changedSql(names: Names): Ddl {
  const { tenants, tenantType, userType } = names;
  const { memberRoles: mr, roles: r, tenant } = names;
  return ddl`
    create or replace function tenantry.rbac_changed(tenant ${tenantType}, members ${userType}[]) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      now_at bigint;
    begin
      -- shared among tenants, exclusive for a change of the definition: it must not miss a new member
      perform pg_advisory_xact_lock_shared(${definitionLock});
      if not exists (select from ${tenants.target} t where t.${tenants.c('id')} = $1) then
        delete from tenantry.member_permissions d where d.tenant_id = $1;
        delete from tenantry.rbac_versions v where v.tenant_id = $1;
        return;
      end if;
      insert into tenantry.rbac_versions as v (tenant_id) values ($1)
      on conflict (tenant_id) do update set version = v.version + 1
      returning v.version into now_at;
      perform tenantry.rbac_derive($1, $2, now_at);
      perform pg_notify('${{ sql: channel }}', jsonb_build_object('tenant', $1, 'version', now_at)::text);
    end
    $tenantry$;
    ${definer(names, `tenantry.rbac_changed(${tenantType.sql}, ${userType.sql}[])`)}

    create or replace function tenantry.rbac_hold_tenant(tenant ${tenantType}) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into tenantry.rbac_versions as v (tenant_id) values ($1)
      on conflict (tenant_id) do update set version = v.version;
    end
    $tenantry$;
    comment on function tenantry.rbac_hold_tenant(${tenantType}) is
      'Lets one transaction at a time change the roles of a tenant.';
    ${definer(names, `tenantry.rbac_hold_tenant(${tenantType.sql})`)}

    create or replace function tenantry.rbac_hold() returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.rbac_hold_tenant((${names.currentTenant}));
    end
    $tenantry$;
    ${definer(names, 'tenantry.rbac_hold()', [names.app])}

    create or replace function tenantry.rbac_derive(tenant ${tenantType}, members ${userType}[], version bigint) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      -- with the version that made them so: a member whose permissions stay keeps the version too
      insert into tenantry.member_permissions as d (tenant_id, user_id, permissions, facts, valid_until)
      select e.tenant_id, e.user_id, e.permissions, e.facts || jsonb_build_object('version', $3), e.valid_until
      from tenantry.rbac_effective($1, $2) e
      on conflict (tenant_id, user_id) do update
        set permissions = excluded.permissions, facts = excluded.facts, valid_until = excluded.valid_until
        where d.facts - 'version' <> excluded.facts - 'version';
      delete from tenantry.member_permissions d
      where d.tenant_id = $1 and ($2 is null or d.user_id = any ($2))
        and not exists (select from ${names.memberships.target} m
          where m.${names.memberships.c(tenant)} = $1 and m.${names.memberships.c('userId')} = d.user_id);
    end
    $tenantry$;
    ${definer(names, `tenantry.rbac_derive(${tenantType.sql}, ${userType.sql}[], bigint)`)}

    create or replace function tenantry.rbac_roles_changed(changed uuid[]) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      each record;
    begin
      if exists (select from ${r.target} r where r.${r.c('id')} = any ($1) and r.${r.c(tenant)} is null) then
        perform tenantry.rbac_definition_changed();
        return;
      end if;
      for each in
        with recursive below as (
          select unnest($1) as id
          union
          select r.${r.c('id')} from below b join ${r.target} r on r.${r.c('parentId')} = b.id
        )
        select mr.${mr.c(tenant)} as tenant, array_agg(distinct mr.${mr.c('userId')}) as members
        from below b join ${mr.target} mr on mr.${mr.c('roleId')} = b.id
        group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop
        perform tenantry.rbac_changed(each.tenant, each.members);
      end loop;
    end
    $tenantry$;
    ${definer(names, 'tenantry.rbac_roles_changed(uuid[])')}

    create or replace function tenantry.rbac_definition_changed() returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform pg_advisory_xact_lock(${definitionLock});
      -- every row, so that a transaction with an older snapshot fails instead of deriving from it
      update tenantry.rbac_versions set version = version + 1;
      insert into tenantry.rbac_versions (tenant_id) select t.${tenants.c('id')} from ${tenants.target} t
      on conflict do nothing;
      perform tenantry.rbac_derive(v.tenant_id, null, v.version) from tenantry.rbac_versions v;
      perform pg_notify('${{ sql: channel }}', '{}');
    end
    $tenantry$;
    ${definer(names, 'tenantry.rbac_definition_changed()')}
  `;
}
