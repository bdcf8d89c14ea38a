import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { appendSeals } from '../append-seals.ts';
import { asMigrator, type LogNames } from '../names.ts';
import { epochWidth, requireReadCommitted } from './epoch.ts';

/**
 * Seals all epochs below the open one when they are final, and opens the next one when entries wait: a
 * call either opens, or asks the nodes and seals. `more` says that the next call will get further.
 */
export const epochSealFunction = (names: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_seal(most integer) returns table (seals integer, entries bigint, busy boolean, more boolean)`,
    { ...asMigrator, callers: [names.system] },
    ddl`
      declare
        lower_xid bigint;
        upper_xid bigint;
        ceiling_xid bigint;
        stop_xid bigint;
        opened_at timestamptz;
        part record;
        before record;
        root bytea;
        hash bytea;
        clock timestamptz;
        leaves bytea;
      begin
        ${requireReadCommitted}
        seals := 0; entries := 0; busy := false; more := false;
        select j.next_xid into lower_xid from tenantry.audit_jobs j where j.job = 'seal' for update skip locked;
        if not found then
          busy := true;
          return next;
          return;
        end if;
        select e.opened, e.opened_at into strict upper_xid, opened_at from tenantry.audit_epoch e;
        if upper_xid <= lower_xid then
          if tenantry.audit_has_entries(lower_xid) then
            perform tenantry.audit_open_epoch();
            more := true;
          end if;
          return next;
          return;
        end if;
        select f.first into more from tenantry.audit_is_final(upper_xid) f where not f.final;
        if found then
          return next;
          return;
        end if;
        -- what began after this seal has an id from the next epoch on
        ceiling_xid := upper_xid + ${epochWidth};
        stop_xid := tenantry.audit_nth_xid(lower_xid, upper_xid, most);
        more := stop_xid is not null;
        if more then
          upper_xid := greatest(stop_xid, lower_xid + 1);
        else
          update tenantry.audit_epoch set closes = null;
          -- it was opened by an earlier run, and entries have come since
          more := opened_at < clock_timestamp() - interval '1 second' and tenantry.audit_has_entries(upper_xid);
        end if;
        ${appendSeals(names)}
        -- a pool may enter through a worker, which has no jobs
        update tenantry.audit_epoch set sealed = upper_xid;
        update tenantry.audit_jobs j set next_xid = upper_xid, ran_at = clock_timestamp() where j.job = 'seal';
        return next;
      end
    `,
  );
