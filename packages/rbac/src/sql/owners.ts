import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { builtInRoleId } from '../definition/built-in-id.ts';
import { raise } from './raise.ts';
import type { Names } from './tables.ts';
import { atCommit, definerTrigger } from './triggers.ts';

/**
 * A tenant always has an owner: somebody with the owner role, for the whole tenant and without an
 * end. Counted when the transaction commits, so that ownership can change hands in it; and again on
 * the table of memberships, whose rows take those of the roles with them.
 */
export const ownerFunctions = (names: Names): SqlFunction[] => [
  ownerCheck(names, 'rbac_owner_remains', ddl`old.${names.memberships.c(names.tenant)}`),
  ownerCheck(names, 'rbac_owner_begins', ddl`new.${names.tenants.c('id')}`),
];

export const ownerTriggers = ({ memberRoles, memberships, tenants }: Names): Ddl[] => [
  atCommit(memberRoles, 'rbac_owner_remains', 'delete or update'),
  atCommit(memberships, 'rbac_owner_remains', 'delete'),
  atCommit(tenants, 'rbac_owner_begins', 'insert'),
];

function ownerCheck(names: Names, fn: string, id: Ddl): SqlFunction {
  const { tenants, memberRoles: mr, tenant } = names;
  return definerTrigger(
    names,
    fn,
    ddl`
      begin
        -- of two transactions that each leave the other's owner, the second waits here and counts again;
        -- NO KEY UPDATE lets rows that only refer to the tenant pass
        perform from ${tenants.target} t where t.${tenants.c('id')} = ${id} for no key update;
        if not found then return null; end if; -- the tenant is deleted, with everything in it
        if not exists (
          select from ${mr.target} mr
          where mr.${mr.c(tenant)} = ${id} and mr.${mr.c('roleId')} = ${literal(builtInRoleId(names.owner))}
            and mr.${mr.c('resourceType')} is null and mr.${mr.c('expiresAt')} is null
        ) then
          ${raise('LAST_OWNER', ddl`'the change leaves nobody who owns it'`)}
        end if;
        return null;
      end
    `,
  );
}
