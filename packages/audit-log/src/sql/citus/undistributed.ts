import { type Ddl, ddl, sqlLiteral } from '@tenantry/core/sql';

const permits: Ddl = ddl`to_regclass(${sqlLiteral({ sql: 'tenantry.audit_permits' })})`;

/**
 * Refuses a log that was kept on one server, before a table is distributed: its captures would run on
 * shards as they are, and its entries have the transaction ids of that server.
 */
export const refuseUndistributedSql: Ddl = ddl`
  do $tenantry$
  begin
    if ${permits} is not null and not exists (select from pg_dist_partition where logicalrelid = ${permits}) then
      raise exception 'the audit log of this database was kept on one server, and cannot be distributed' using errcode = '0A000',
        hint = 'Leave it out of features, with its captures, and keep the entries elsewhere; a new log begins on Citus.';
    end if;
  end
  $tenantry$;
`;
