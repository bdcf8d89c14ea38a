import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { resourceExists } from './resources.ts';
import { definer, type Names } from './tables.ts';
import { atCommit, beforeRow, raise } from './triggers.ts';

/** A role that a row may reference: a system role, or one of the same tenant. */
const roleOf = ({ roles: r, tenant }: Names, id: Ddl, of: Ddl): Ddl =>
  ddl`select from ${r.target} r where r.${r.c('id')} = ${id} and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = ${of})`;

/** The constraints of rows, for every writer. */
export function checksSql(names: Names): Ddl {
  const {
    roles: r,
    rolePermissions: rp,
    permissions: p,
    memberRoles: mr,
    invitations,
    tenant,
  } = names;
  const noRole = raise('ROLE_UNKNOWN', ddl`'a role that is not one of this tenant'`);
  return join(
    [
      ddl`
        create or replace function tenantry.rbac_assigned_role() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          if not exists (${roleOf(names, ddl`new.${mr.c('roleId')}`, ddl`new.${mr.c(tenant)}`)}) then
            ${noRole}
          end if;
          return new;
        end
        $tenantry$;
        ${definer(names, 'tenantry.rbac_assigned_role()')}

        create or replace function tenantry.rbac_assigned_resource() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        declare
          there boolean;
        begin
          ${resourceExists(names)}
          return new;
        end
        $tenantry$;
        ${definer(names, 'tenantry.rbac_assigned_resource()')}

        create or replace function tenantry.rbac_role_permission() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          if not exists (select from ${r.target} r where r.${r.c('id')} = new.${rp.c('roleId')}
            and r.${r.c(tenant)} is not distinct from new.${rp.c(tenant)}) then
            ${noRole}
          end if;
          if new.${rp.c('permission')} <> '*' and not exists (select from ${p.target} p
            where new.${rp.c('permission')} in (p.${p.c('key')}, p.${p.c('resource')} || ':*')) then
            ${raise('PERMISSION_UNKNOWN', ddl`new.${rp.c('permission')}`, ddl`jsonb_build_object('permission', new.${rp.c('permission')})`)}
          end if;
          return new;
        end
        $tenantry$;
        ${definer(names, 'tenantry.rbac_role_permission()')}

        create or replace function tenantry.rbac_role() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          if new.${r.c(tenant)} is not null and exists (select from ${r.target} r
            where r.${r.c(tenant)} is null and r.${r.c('key')} = new.${r.c('key')}) then
            ${raise('ROLE_INVALID', ddl`format('the key %s belongs to a system role', new.${r.c('key')})`)}
          end if;
          if new.${r.c('parentId')} is null then return new; end if;
          if not exists (select from ${r.target} r where r.${r.c('id')} = new.${r.c('parentId')}
            and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = new.${r.c(tenant)})) then
            ${raise('ROLE_UNKNOWN', ddl`'a parent that is not a role of this tenant'`)}
          end if;
          if tg_op = 'UPDATE' and new.${r.c('parentId')} is distinct from old.${r.c('parentId')} then
            -- two changes at once would each see no circle: the second waits, then looks again. An
            -- update and not a lock, so that a transaction with an older snapshot fails
            if new.${r.c(tenant)} is null then perform tenantry.rbac_definition_changes();
            else perform tenantry.rbac_hold_tenant(new.${r.c(tenant)});
            end if;
          end if;
          if exists (
            with recursive above as (
              select new.${r.c('parentId')} as id
              union
              select r.${r.c('parentId')} from above a join ${r.target} r on r.${r.c('id')} = a.id
            )
            select from above a where a.id = new.${r.c('id')}
          ) then
            ${raise('ROLE_INVALID', ddl`format('role %s would be its own ancestor', new.${r.c('key')})`)}
          end if;
          return new;
        end
        $tenantry$;
        ${definer(names, 'tenantry.rbac_role()')}
      `,
      beforeRow(mr, 'rbac_assigned_role', 'insert or update'),
      beforeRow(mr, 'rbac_assigned_resource', 'insert or update'),
      ...(invitations === undefined
        ? []
        : [beforeRow(invitations, 'rbac_assigned_role', 'insert or update')]),
      beforeRow(rp, 'rbac_role_permission', 'insert or update'),
      beforeRow(r, 'rbac_role', 'insert or update'),
    ],
    '\n',
  );
}

/**
 * A tenant always has an owner: a member with the owner role, for the whole tenant and without expiry.
 * Owners are counted at commit, so that ownership can be transferred within a transaction; the check also
 * runs on memberships, whose deletion cascades to role assignments.
 */
export function lastOwnerSql(names: Names): Ddl {
  const { tenants, memberships: m, memberRoles: mr, roles: r, tenant } = names;
  const owners = (of: Ddl) => ddl`
    select from ${mr.target} mr
    join ${r.target} r on r.${r.c('id')} = mr.${mr.c('roleId')}
    where mr.${mr.c(tenant)} = ${of} and r.${r.c(tenant)} is null and r.${r.c('key')} = ${literal(names.owner)}
      and mr.${mr.c('resourceType')} is null and mr.${mr.c('expiresAt')} is null`;
  const check = (fn: string, id: Ddl) => ddl`
    create or replace function tenantry.${{ sql: fn }}() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      -- of two transactions that each leave the other's owner, the second waits here and counts again;
      -- NO KEY UPDATE lets rows that only refer to the tenant pass
      perform from ${tenants.target} t where t.${tenants.c('id')} = ${id} for no key update;
      if not found then return null; end if; -- the tenant is deleted, with everything in it
      if not exists (${owners(id)}) then
        ${raise('LAST_OWNER', ddl`'the change leaves nobody who owns it'`)}
      end if;
      return null;
    end
    $tenantry$;
    ${definer(names, `tenantry.${fn}()`)}
  `;
  return join(
    [
      check('rbac_owner_remains', ddl`old.${m.c(tenant)}`),
      check('rbac_owner_begins', ddl`new.${tenants.c('id')}`),
      atCommit(mr, 'rbac_owner_remains', 'delete or update'),
      atCommit(m, 'rbac_owner_remains', 'delete'),
      atCommit(tenants, 'rbac_owner_begins', 'insert'),
    ],
    '\n',
  );
}
