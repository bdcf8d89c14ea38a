import { type Ddl, ddl, literal, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { invitationRulesSql } from './invitation-rules.ts';
import { raise } from './raise.ts';
import type { Names, RbacTable } from './tables.ts';
import { beforeRow } from './triggers.ts';

const whenever = 'insert or update or delete';

/** A table, the word that its trigger is named by, the events, and what they ask. */
type Ceiling = readonly [table: RbacTable, word: string, when: string, rules: Ddl];

/**
 * The grant ceiling: a role that policies bind cannot grant or revoke permissions that the actor lacks,
 * nor for longer than the actor has them. The triggers run as the writing role; the system role and
 * cascading foreign keys are exempt.
 *
 * A write is checked by its result: who gets which permissions, until when, and whether an invitation is
 * open. docs/concepts/role-writes.md lists what each write may do, with a test for each row.
 */
const ceilingsOf = (names: Names): Ceiling[] => {
  const { roles, rolePermissions, memberRoles, memberships, invitations } = names;
  return [
    [memberRoles, 'member_roles', whenever, memberRoleRules(memberRoles)],
    [memberships, 'memberships', 'insert or delete', membershipRules(memberships)],
    [rolePermissions, 'role_permissions', whenever, rolePermissionRules(rolePermissions)],
    [roles, 'roles', whenever, roleRules(roles)],
    ...(invitations === undefined
      ? []
      : [[invitations, 'invitations', whenever, invitationRulesSql(invitations)] as const]),
  ];
};

/** Trigger functions that run as whoever writes. */
export const ceilingFunctions = (names: Names): SqlFunction[] =>
  ceilingsOf(names).map(([{ table }, word, , rules]) =>
    sqlFunction(
      ddl`${name(`rbac_ceiling_${word}`)}() returns trigger`,
      { comment: literal(`Nobody gives or takes what they lack: ${table}.`) },
      ddl`
        begin
          if ${names.rows.binds(ddl`tg_relid`)} then
            ${rules}
          end if;
          return case when tg_op = 'DELETE' then old else new end;
        end
      `,
    ),
  );

export const ceilingTriggers = (names: Names): Ddl[] =>
  ceilingsOf(names).map(([table, word, when]) => beforeRow(table, `rbac_ceiling_${word}`, when));

const memberRoleRules = (mr: RbacTable): Ddl => {
  const needs = (row: 'old' | 'new') => {
    const c = (property: string) => ddl`${{ sql: row }}.${mr.c(property)}`;
    return ddl`perform tenantry.rbac_require_role(${c('roleId')}, ${c('resourceType')}, ${c('resourceId')}, ${c('expiresAt')});`;
  };
  return ddl`
    if tg_op <> 'DELETE' then ${needs('new')} end if;
    if tg_op <> 'INSERT' then ${needs('old')} end if;
  `;
};

const membershipRules = (m: RbacTable): Ddl => ddl`
  -- a membership shows the row of its user, who has to agree: by an invitation
  if tg_op = 'INSERT' then
    ${raise('PERMISSION_DENIED', ddl`'a tenant adds no member by itself'`, ddl`jsonb_build_object('fix', 'Invite the user: who accepts becomes a member. The system role adds members.')`)}
  end if;
  perform tenantry.rbac_require_member(old.${m.c('userId')});
`;

const rolePermissionRules = (rp: RbacTable): Ddl => {
  const needs = (row: 'old' | 'new') =>
    ddl`perform tenantry.rbac_require_patterns(array[${{ sql: row }}.${rp.c('permission')}], null, null, null);`;
  return ddl`
    if tg_op <> 'DELETE' then ${needs('new')} end if;
    if tg_op <> 'INSERT' then ${needs('old')} end if;
  `;
};

const roleRules = (r: RbacTable): Ddl => ddl`
  if tg_op = 'INSERT' then
    -- no tenant chooses an id: that of a role of another tenant would mark the members there
    new.${r.c('id')} := gen_random_uuid();
  elsif tg_op = 'DELETE' or (new.${r.c('key')}, new.${r.c('name')}, new.${r.c('parentId')}, new.${r.c('builtInParentId')})
    is distinct from (old.${r.c('key')}, old.${r.c('name')}, old.${r.c('parentId')}, old.${r.c('builtInParentId')}) then
    -- under another name it would be given by somebody who takes it for another role
    perform tenantry.rbac_require_role(old.${r.c('id')}, null, null, null);
  end if;
  ${newParent(r, 'parentId')}
  ${newParent(r, 'builtInParentId')}
`;

const newParent = (r: RbacTable, column: 'parentId' | 'builtInParentId'): Ddl => ddl`
  if tg_op <> 'DELETE' and new.${r.c(column)} is not null
    and (tg_op = 'INSERT' or new.${r.c(column)} is distinct from old.${r.c(column)}) then
    perform tenantry.rbac_require_role(new.${r.c(column)}, null, null, null);
  end if;
`;
