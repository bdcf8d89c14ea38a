import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { markAll, markHere } from './citus-stale.ts';
import { asSystem } from './makers.ts';
import { stale } from './stale-mark.ts';
import type { Names } from './tables.ts';

/**
 * A change of a role marks the affected members without recomputing them. A marked row is treated like
 * one with an expired grant, so checks and entries compute it on demand. `rbac_refresh` recomputes the
 * rows: those of a tenant when its transaction commits, those of a changed definition in batches, each in
 * its own transaction, so that others can write in between.
 */
export function staleFunctions(names: Names): SqlFunction[] {
  const { tenantType, memberships: m, memberRoles: mr, roles: r, tenants, tenant } = names;
  const {
    builtInRoles: b,
    builtInRolePermissions: bp,
    rolePermissions: rp,
    permissions: p,
  } = names;
  return [
    asSystem(
      names,
      ddl`rbac_mark(changed uuid[]) returns void`,
      ddl`
        declare
          -- level by level, as arrays: of a recursive query the planner expects so many that it reads tables whole
          below uuid[] := $1;
          next uuid[] := $1;
        begin
          loop
            next := array(
              select b.${b.c('id')} from ${b.target} b where b.${b.c('parentId')} = any (next) and b.${b.c('id')} <> all (below)
              ${names.onCitus ? ddl`) || array(` : ddl`union`}
              select r.${r.c('id')} from ${r.target} r
              where (r.${r.c('parentId')} = any (next) or r.${r.c('builtInParentId')} = any (next)) and r.${r.c('id')} <> all (below));
            exit when next = '{}';
            below := below || next;
          end loop;
          ${
            names.onCitus
              ? markAll(names)
              : ddl`
          with marked as (
            update tenantry.member_permissions d set valid_until = ${stale}
            from (
              select distinct mr.${mr.c(tenant)} as tenant, mr.${mr.c('userId')} as member
              from ${mr.target} mr where mr.${mr.c('ownRoleId')} = any (below) or mr.${mr.c('builtInRoleId')} = any (below)
            ) c
            where d.tenant_id = c.tenant and d.user_id = c.member and d.valid_until is distinct from ${stale}
            returning d.tenant_id
          )
          update tenantry.rbac_versions v set version = v.version + 1
          where v.tenant_id in (select marked.tenant_id from marked);`
          }
        end
      `,
      { comment: literal('Marks the members who hold one of these roles, or one below.') },
    ),
    asSystem(
      names,
      ddl`rbac_roles_changed(tenant ${tenantType}, changed uuid[]) returns void`,
      ddl`
        begin
          -- before looking for members: who gets the role meanwhile is seen, or waits and sees the change
          if $1 is null then
            perform tenantry.rbac_definition_changes();
          elsif exists (select from ${tenants.target} t where t.${tenants.c('id')} = $1) then
            perform tenantry.rbac_next_version($1);
          end if;
          ${names.onCitus ? ddl`if $1 is not null then perform tenantry.rbac_mark_here($1, $2); else perform tenantry.rbac_mark($2); end if;` : ddl`perform tenantry.rbac_mark($2);`}
        end
      `,
    ),
    asSystem(
      names,
      ddl`rbac_keys_changed(keys text[], resources text[]) returns void`,
      ddl`
        ${
          names.onCitus
            ? ddl`
        declare
          -- beside the call they would be one statement, and the call a part of it that a worker runs
          built_in constant uuid[] := array(select bp.${bp.c('roleId')} from ${bp.target} bp where ${grantsKey(ddl`bp.${bp.c('permission')}`)});
          own constant uuid[] := array(select rp.${rp.c('roleId')} from ${rp.target} rp where ${grantsKey(ddl`rp.${rp.c('permission')}`)});
        begin
          perform tenantry.rbac_mark(built_in || own);
        end`
            : ddl`
        begin
          perform tenantry.rbac_definition_changes();
          perform tenantry.rbac_mark(array(
            select bp.${bp.c('roleId')} from ${bp.target} bp where ${grantsKey(ddl`bp.${bp.c('permission')}`)}
            union
            select rp.${rp.c('roleId')} from ${rp.target} rp where ${grantsKey(ddl`rp.${rp.c('permission')}`)}));
        end`
        }
      `,
      {
        comment: literal(
          `Marks the members of roles that grant one of these permissions of table ${p.table}.`,
        ),
      },
    ),
    asSystem(
      names,
      ddl`rbac_refresh(tenant ${tenantType}, most int) returns int`,
      ddl`
        declare
          each record;
          done int := 0;
        begin
          ${
            names.onCitus
              ? ddl`
          if $1 is not null then
            select array_agg(d.user_id) as members into each from tenantry.member_permissions d
            where d.tenant_id = $1 and d.valid_until = ${stale};
            if each.members is null then return 0; end if;
            perform tenantry.rbac_changed($1, each.members);
            return cardinality(each.members);
          end if;`
              : ddl``
          }
          for each in
            select d.tenant_id as tenant, array_agg(d.user_id) as members from (
              select d.tenant_id, d.user_id from tenantry.member_permissions d
              where d.valid_until = ${stale} ${names.onCitus ? ddl`` : ddl`and ($1 is null or d.tenant_id = $1)`}
              order by 1, 2 limit $2
            ) d group by 1 order by 1 -- in one order, or two of them could wait for each other
          loop
            perform tenantry.rbac_changed(each.tenant, each.members);
            done := done + cardinality(each.members);
          end loop;
          return done;
        end
      `,
      {
        callers: [names.system],
        comment: literal(
          'Works out members that are marked: of one tenant, or of any, at most so many; returns how many.',
        ),
      },
    ),
    ...(names.onCitus ? [markHere(names)] : []),
    asSystem(
      names,
      ddl`rbac_refresh_tenant() returns trigger`,
      ddl`
        begin
          -- the first of the rows of a transaction does it, the others find nothing to do
          perform tenantry.rbac_refresh(case when tg_op = 'DELETE' then old.${r.c(tenant)} else new.${r.c(tenant)} end, null);
          return null;
        end
      `,
    ),
    asSystem(
      names,
      ddl`rbac_backfill() returns void`,
      ddl`
        begin
          ${names.onCitus ? ddl`` : ddl`insert into tenantry.rbac_definitions default values on conflict do nothing;`}
          insert into tenantry.rbac_versions (tenant_id) select t.${tenants.c('id')} from ${tenants.target} t
          on conflict do nothing;
          insert into tenantry.member_permissions (tenant_id, user_id, permissions, facts, valid_until)
          select m.${m.c(tenant)}, m.${m.c('userId')}, '{}',
            '{"permissions": [], "roles": [], "resources": {}, "until": null, "version": 0}', ${stale}
          from ${m.target} m on conflict do nothing;
          perform tenantry.rbac_refresh(null, 1000);
        end
      `,
      { callers: [names.system], comment: literal('Lets members in who were there before.') },
    ),
  ];
}

/** Whether a pattern covers one of the keys $1 of the resources $2. */
const grantsKey = (pattern: Ddl): Ddl =>
  ddl`(${pattern} = '*' or ${pattern} = any ($1) or ${pattern} in (select each || ':*' from unnest($2) each))`;
