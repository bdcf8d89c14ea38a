import { type Ddl, ddl, sqlLiteral } from '@tenantry/core/sql';
import type { LogNames } from '../names.ts';

/** Variables of {@link permitMoving}. */
export const movers = ({ idType }: LogNames): Ddl =>
  ddl`going ${idType}; movers ${idType}[] := '{}';`;

/** Lets the entries of a month leave the default partition; each tenant needs its permit. */
export const permitMoving = ({ columns: c }: LogNames, rest: Ddl, allowed: boolean): Ddl => {
  return allowed
    ? ddl`
      for going in execute format(${sqlLiteral({ sql: `select distinct ${c.tenant.sql} from ${rest.sql} where ${c.createdAt.sql} >= %L and ${c.createdAt.sql} < %L` })}, starts, ends) loop
        perform tenantry.audit_permit(going, true);
        movers := movers || going;
      end loop;
    `
    : ddl`
      foreach going in array movers loop
        perform tenantry.audit_permit(going, false);
      end loop;
    `;
};
