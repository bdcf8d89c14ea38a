import { type Ddl, ddl, join } from '@tenantry/core/sql';
import { raise } from './raise.ts';
import type { RbacTable } from './tables.ts';

/** Columns that determine what an invitation grants, and what is shown of it. */
const deciding = [
  'email',
  'roleId',
  'tokenHash',
  'invitedBy',
  'expiresAt',
  'acceptedAt',
  'acceptedBy',
  'revokedAt',
  'createdAt',
] as const;

/**
 * What a tenant may write into invitations, as the body of a trigger before each row. Every column is
 * part of the grant: the address says who gets it, the hash who can use it, the times whether it is open.
 * So the actor needs the permissions of the role for each change of an open invitation, whoever created
 * it. Only the accepting function may accept, and a closed invitation stays closed.
 */
export function invitationRulesSql(i: RbacTable): Ddl {
  const differ = (columns: readonly string[]) => {
    const row = (of: string) => join(columns.map((column) => ddl`${{ sql: of }}.${i.c(column)}`));
    return ddl`(${row('new')}) is distinct from (${row('old')})`;
  };
  const others = deciding.filter((column) => column !== 'revokedAt');
  const denied = (found: string) => raise('PERMISSION_DENIED', ddl`${{ sql: `'${found}'` }}`);
  const needs = (row: 'old' | 'new') =>
    ddl`perform tenantry.rbac_require_role(${{ sql: row }}.${i.c('roleId')}, null, null, null);`;
  return ddl`
    if tg_op = 'INSERT' then
      if (new.${i.c('acceptedAt')}, new.${i.c('acceptedBy')}, new.${i.c('revokedAt')}) is distinct from (null, null, null) then
        ${denied('an invitation begins open')}
      end if;
      ${needs('new')}
      if coalesce(new.${i.c('invitedBy')}, tenantry.rbac_sender()) <> tenantry.rbac_sender() then
        ${denied('an invitation in the name of somebody else')}
      end if;
      new.${i.c('invitedBy')} := tenantry.rbac_sender();
      new.${i.c('createdAt')} := clock_timestamp();
    elsif tg_op = 'DELETE' then
      if old.${i.c('acceptedAt')} is null and old.${i.c('revokedAt')} is null and old.${i.c('expiresAt')} > statement_timestamp() then
        ${needs('old')}
      end if;
    elsif ${differ(deciding)} then
      if old.${i.c('acceptedAt')} is not null or old.${i.c('revokedAt')} is not null then
        ${denied('an invitation that was accepted or revoked stays so')}
      end if;
      if ${differ(['acceptedAt', 'acceptedBy', 'createdAt'])} then
        ${denied('only who is invited accepts')}
      end if;
      -- to close one that has expired takes nothing from anybody
      if ${differ(others)} or old.${i.c('expiresAt')} > statement_timestamp() then
        ${needs('old')}
        if new.${i.c('roleId')} <> old.${i.c('roleId')} then ${needs('new')} end if;
      end if;
      -- whoever sends it again, or to another address, is who vouches for it
      if ${differ(others)} then new.${i.c('invitedBy')} := tenantry.rbac_sender(); end if;
    end if;`;
}
