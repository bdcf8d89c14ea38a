import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { blockingOnNodesFunction } from './citus/lag.ts';
import { asMigrator, type LogNames } from './names.ts';

/** The most waiting entries that are counted. */
const most: Ddl = { sql: '10000' };

/**
 * The waiting entries, and what they wait for. Sealing and delivery cannot pass the oldest open
 * transaction that has written anything, in any database of the server, so one that is left open blocks
 * both.
 */
export function lagFunctions(names: LogNames): SqlFunction[] {
  const { log, columns: c } = names;
  return [
    sqlFunction(
      ddl`audit_waiting(from_xid bigint) returns table (entries integer, oldest timestamptz)`,
      { volatility: 'stable', ...names.acrossTenants },
      ddl`
        begin
          return query select count(*)::integer, min(w.at) from (
            select l.${c.createdAt} as at from ${log} l where l.${c.transactionId} >= from_xid order by l.${c.transactionId} limit ${most}) w;
        end
      `,
    ),
    names.distributed
      ? blockingOnNodesFunction(names)
      : sqlFunction(
          ddl`audit_blocking_transaction() returns table (pid integer, login text, application text, database text, since timestamptz, prepared text)`,
          { ...asMigrator, volatility: 'stable', callers: [names.system] },
          ddl`
        begin
          return query
            select h.pid, h.login, h.application, h.database, h.since, h.prepared from (
              select a.pid, a.usename::text as login, a.application_name as application, a.datname::text as database,
                a.xact_start as since, null::text as prepared, a.backend_xid as xid
              from pg_stat_activity a where a.backend_xid is not null and a.pid <> pg_backend_pid()
              union all
              select null, p.owner::text, null, p.database::text, p.prepared, p.gid, p.transaction from pg_prepared_xacts p) h
            order by age(h.xid) desc limit 1;
        end
      `,
        ),
    sqlFunction(
      ddl`audit_lag(from_xid bigint default null) returns table (entries integer, oldest timestamptz, seconds float8, pid integer, login text, application text,
      database text, since timestamptz, prepared text)`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        begin
          return query
            select w.entries, w.oldest, extract(epoch from clock_timestamp() - w.oldest)::float8,
              h.pid, h.login, h.application, h.database, h.since, h.prepared
            from tenantry.audit_waiting(coalesce(from_xid, (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'))) w
            left join tenantry.audit_blocking_transaction() h on true
            where w.entries > 0;
        end
      `,
    ),
  ];
}
