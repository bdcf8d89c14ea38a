import { type Ddl, ddl, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { contentHash } from '../content-hash.ts';
import { allColumns, type LogColumn, type LogNames } from '../names.ts';
import { epochWidth, requireReadCommitted } from './epoch.ts';

/** The columns of an entry that its node sets. */
const stamped: readonly LogColumn[] = ['transactionId', 'contentHash'];

/** The columns that are inserted. */
export const unstamped = allColumns.filter((column) => !stamped.includes(column));

/**
 * An entry gets its transaction id and its hash on the node of its tenant: the id is the epoch, with the
 * last bits of the id that the transaction has there. A transaction keeps the epoch of its first entry,
 * also when the next one opens meanwhile.
 *
 * The transaction has its id before the epoch is read. A snapshot of the whole transaction could be older
 * than both, so READ COMMITTED is required.
 */
export function stampFunction(names: LogNames): SqlFunction {
  const { log, columns: c, writer } = names;
  return sqlFunction(
    ddl`audit_stamp() returns trigger`,
    { owner: writer },
    ddl`
      declare
        own constant bigint := pg_current_xact_id()::text::bigint;
        place constant bigint := own % ${epochWidth};
        opened bigint;
        closes bigint;
        id bigint;
      begin
        ${requireReadCommitted}
        select e.opened, e.closes into strict opened, closes from tenantry.audit_epoch e;
        if closes is not null then
          -- not an entry of another transaction with the same last bits, which is older
          select l.${c.transactionId} into id from ${log} l
          where l.${c.tenant} = new.${c.tenant} and l.${c.transactionId} = closes + place
            and age(l.xmin) <= age(pg_current_xact_id()::xid) limit 1;
        end if;
        new.${c.transactionId} := coalesce(id, opened + place);
        new.${c.contentHash} := ${contentHash(names, (column) => ddl`new.${c[column]}`)};
        return new;
      end
    `,
  );
}

/** What a shard brings from another node has its stamp. */
export const stampTrigger = ({ log, columns: c }: LogNames): Ddl => ddl`
  do $tenantry$
  begin
    if not exists (select from pg_trigger where tgrelid = ${literal(log.sql)}::regclass and tgname = 'tenantry_audit_stamp') then
      create trigger tenantry_audit_stamp before insert on ${log}
        for each row when (new.${c.contentHash} is null) execute function tenantry.audit_stamp();
    end if;
  end
  $tenantry$;
`;
