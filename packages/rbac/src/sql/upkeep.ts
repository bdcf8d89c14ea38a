import { type Ddl, ddl } from '@tenantry/core/sql';
import { type Names, type RbacTable, rights } from './tables.ts';

/**
 * Removes invitations that were accepted, revoked or have expired so many days ago: addresses of people
 * who are no members. A batch a statement, so that no lock is held for long.
 */
export const upkeepSql = ({ system }: Names, i: RbacTable): Ddl => ddl`
  -- days, most
  create or replace function tenantry.rbac_forget_invitations(integer, integer) returns integer
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  declare
    forgotten integer;
  begin
    delete from ${i.target} i where i.ctid = any (array(
      select o.ctid from ${i.target} o
      where coalesce(o.${i.c('acceptedAt')}, o.${i.c('revokedAt')}, o.${i.c('expiresAt')}) < now() - make_interval(days => $1)
      limit $2
    ));
    get diagnostics forgotten = row_count;
    return forgotten;
  end
  $tenantry$;
  ${rights('tenantry.rbac_forget_invitations(integer, integer)', [system])}
`;
