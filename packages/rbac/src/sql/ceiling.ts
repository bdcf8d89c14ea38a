import { type Ddl, ddl, join } from '@tenantry/core/sql';
import { invitationRulesSql } from './invitation-rules.ts';
import { requireSql } from './require.ts';
import { type Names, type RbacTable, rights } from './tables.ts';
import { beforeRow, raise } from './triggers.ts';

/**
 * The grant ceiling: a role that policies bind cannot grant or revoke permissions that the actor lacks,
 * nor for longer than the actor has them. The triggers run as the writing role, and `row_security_active`
 * tells whether policies bind it; the system role and cascading foreign keys are exempt.
 *
 * A write is checked by its result: who gets which permissions, until when, and whether an invitation is
 * open. docs/concepts/role-writes.md lists what each write may do, with a test for each row.
 */
export function ceilingSql(names: Names): Ddl {
  const { roles: r, rolePermissions: rp, memberRoles: mr, memberships: m, invitations } = names;
  return join(
    [
      requireSql(names),
      trigger(mr, 'rbac_ceiling_member_roles', [
        ddl`
          if tg_op <> 'DELETE' then
            perform tenantry.rbac_require_role(new.${mr.c('roleId')}, new.${mr.c('resourceType')}, new.${mr.c('resourceId')}, new.${mr.c('expiresAt')});
          end if;
          if tg_op <> 'INSERT' then
            perform tenantry.rbac_require_role(old.${mr.c('roleId')}, old.${mr.c('resourceType')}, old.${mr.c('resourceId')}, old.${mr.c('expiresAt')});
          end if;`,
      ]),
      beforeRow(mr, 'rbac_ceiling_member_roles', 'insert or update or delete'),
      trigger(m, 'rbac_ceiling_memberships', [
        ddl`
          -- a membership shows the row of its user, who has to agree: by an invitation
          if tg_op = 'INSERT' then
            ${raise('PERMISSION_DENIED', ddl`'a tenant adds no member by itself'`, ddl`jsonb_build_object('fix', 'Invite the user: who accepts becomes a member. The system role adds members.')`)}
          end if;
          perform tenantry.rbac_require_member(old.${m.c('userId')});`,
      ]),
      beforeRow(m, 'rbac_ceiling_memberships', 'insert or delete'),
      trigger(rp, 'rbac_ceiling_role_permissions', [
        ddl`
          if tg_op <> 'DELETE' then
            perform tenantry.rbac_require_patterns(array[new.${rp.c('permission')}], null, null, null);
          end if;
          if tg_op <> 'INSERT' then
            perform tenantry.rbac_require_patterns(array[old.${rp.c('permission')}], null, null, null);
          end if;`,
      ]),
      beforeRow(rp, 'rbac_ceiling_role_permissions', 'insert or update or delete'),
      trigger(r, 'rbac_ceiling_roles', [
        ddl`
          if tg_op = 'INSERT' then
            -- an id that a tenant chose would tell whether another tenant has it
            new.${r.c('id')} := gen_random_uuid();
          elsif tg_op = 'DELETE' or (new.${r.c('key')}, new.${r.c('name')}, new.${r.c('parentId')})
            is distinct from (old.${r.c('key')}, old.${r.c('name')}, old.${r.c('parentId')}) then
            -- under another name it would be given by somebody who takes it for another role
            perform tenantry.rbac_require_role(old.${r.c('id')}, null, null, null);
          end if;
          if tg_op <> 'DELETE' and new.${r.c('parentId')} is not null
            and (tg_op = 'INSERT' or new.${r.c('parentId')} is distinct from old.${r.c('parentId')}) then
            perform tenantry.rbac_require_role(new.${r.c('parentId')}, null, null, null);
          end if;`,
      ]),
      beforeRow(r, 'rbac_ceiling_roles', 'insert or update or delete'),
      ...(invitations === undefined
        ? []
        : [
            trigger(invitations, 'rbac_ceiling_invitations', [invitationRulesSql(invitations)]),
            beforeRow(invitations, 'rbac_ceiling_invitations', 'insert or update or delete'),
          ]),
    ],
    '\n',
  );
}

/** A trigger function that runs as the writing role. */
const trigger = (table: RbacTable, fn: string, body: readonly Ddl[]): Ddl => ddl`
  create or replace function tenantry.${{ sql: fn }}() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
      ${join(body, '\n')}
    end if;
    return case when tg_op = 'DELETE' then old else new end;
  end
  $tenantry$;
  comment on function tenantry.${{ sql: fn }}() is 'Nobody gives or takes what they lack: ${{ sql: table.table.replaceAll("'", '') }}.';
  ${rights(`tenantry.${fn}()`)}
`;
