import { type Ddl, ddl, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { Names, RbacTable } from './tables.ts';

/** When an invitation was closed or expired. */
const over = (i: RbacTable): Ddl =>
  ddl`coalesce(o.${i.c('acceptedAt')}, o.${i.c('revokedAt')}, o.${i.c('expiresAt')})`;

/**
 * Deletes invitations that were accepted, revoked or have expired so many days ago; they contain
 * addresses of people who are not members. One batch per statement, so that locks are held only briefly.
 */
export const upkeepFunctions = (names: Names, i: RbacTable): SqlFunction[] => [
  // days, most
  sqlFunction(
    ddl`rbac_forget_invitations(integer, integer) returns integer`,
    { callers: [names.system] },
    ddl`
      declare
        forgotten integer${names.onCitus ? ddl` := 0` : ddl``};
        ${names.onCitus ? ddl`each record;` : ddl``}
      begin
        ${
          names.onCitus
            ? ddl`for each in
          select o.tenant, array_agg(o.id) as ids from (
            select o.${i.c(names.tenant)} as tenant, o.${i.c('id')} as id from ${i.target} o
            where ${over(i)} < now() - make_interval(days => $1) limit $2) o group by 1
        loop
          delete from ${i.target} i where i.${i.c(names.tenant)} = each.tenant and i.${i.c('id')} = any (each.ids);
          forgotten := forgotten + cardinality(each.ids);
        end loop;`
            : ddl`
        delete from ${i.target} i where i.ctid = any (array(
          select o.ctid from ${i.target} o
          where ${over(i)} < now() - make_interval(days => $1)
          limit $2
        ));
        get diagnostics forgotten = row_count;`
        }
        return forgotten;
      end
    `,
  ),
  // days: how many doctor finds that should be gone, up to 1000
  sqlFunction(
    ddl`rbac_overdue(integer) returns jsonb`,
    { volatility: 'stable', owner: names.system, callers: [names.system] },
    ddl`
      begin
        return jsonb_build_array(jsonb_build_object('table', ${literal(i.target.sql.replaceAll('"', ''))}, 'rows', (
          select count(*) from (select from ${i.target} o where ${over(i)} < now() - make_interval(days => $1) limit 1000) x)));
      end
    `,
  ),
];
