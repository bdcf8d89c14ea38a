import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { goOnAboveByEpoch } from './citus/epoch.ts';
import { asMigrator, type LogNames } from './names.ts';

/**
 * What a log needs whose tenants come and go with their entries and seals. At the source all entries are
 * sealed before they leave: the seals of the other database do not know when the transactions of this one
 * ended. There they are not sealed again, and its own entries go on above them.
 */
export function arrivalFunctions(names: LogNames): SqlFunction[] {
  const { log, columns: c, idType, system } = names;
  return [
    sqlFunction(
      ddl`audit_unsealed_of(of_tenant ${idType}) returns bigint`,
      { volatility: 'stable', owner: system },
      ddl`
        begin
          return (select count(*) from ${log} l where l.${c.tenant} = of_tenant and l.${c.transactionId}
            >= coalesce((select s.to_xid from tenantry.audit_seals s where s.tenant = of_tenant order by s.number desc limit 1), 0));
        end
      `,
    ),
    sqlFunction(
      ddl`audit_above(of_tenant ${idType}) returns bigint`,
      { volatility: 'stable', owner: system },
      ddl`
        begin
          return coalesce((select max(s.next_xid) from tenantry.audit_seals s where s.tenant = of_tenant), 0);
        end
      `,
    ),
    // Entries of open transactions would be below those that are sealed next: the lock waits for whoever has
    // written one, and the others get the new offset.
    sqlFunction(
      ddl`audit_go_on_above(last bigint) returns bigint`,
      { ...asMigrator, callers: [system] },
      names.distributed
        ? goOnAboveByEpoch
        : ddl`
        declare
          own bigint := pg_current_xact_id()::text::bigint;
        begin
          if own + tenantry.audit_xid_offset() > last then return 0; end if;
          lock table ${log} in share row exclusive mode;
          execute format($sql$create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as %L$sql$,
            format('select %s::bigint', last + 1 - own));
          return last + 1 - own;
        end
      `,
    ),
  ];
}
