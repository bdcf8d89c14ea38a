import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import { definer, type Names, type RbacTable, rights } from './tables.ts';

/** When an invitation was closed or expired. */
const over = (i: RbacTable): Ddl =>
  ddl`coalesce(o.${i.c('acceptedAt')}, o.${i.c('revokedAt')}, o.${i.c('expiresAt')})`;

/**
 * Deletes invitations that were accepted, revoked or have expired so many days ago; they contain
 * addresses of people who are not members. One batch per statement, so that locks are held only briefly.
 */
export const upkeepSql = (names: Names, i: RbacTable): Ddl => ddl`
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
      where ${over(i)} < now() - make_interval(days => $1)
      limit $2
    ));
    get diagnostics forgotten = row_count;
    return forgotten;
  end
  $tenantry$;
  ${rights('tenantry.rbac_forget_invitations(integer, integer)', [names.system])}

  -- days: how many doctor finds that should be gone, up to 1000
  create or replace function tenantry.rbac_overdue(integer) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    return jsonb_build_array(jsonb_build_object('table', ${literal(i.target.sql.replaceAll('"', ''))}, 'rows', (
      select count(*) from (select from ${i.target} o where ${over(i)} < now() - make_interval(days => $1) limit 1000) x)));
  end
  $tenantry$;
  ${definer(names, 'tenantry.rbac_overdue(integer)', [names.system])}
`;
