import { ddl, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { asMigrator, type LogNames } from '../names.ts';

const oldest = literal(
  `select to_json(h) from (
    select a.pid, a.usename::text as login, a.application_name as application, a.datname::text as database,
      a.xact_start as since, null::text as prepared, a.backend_xid as xid
    from pg_stat_activity a where a.backend_xid is not null and a.pid <> pg_backend_pid()
    union all
    select null, p.owner::text, null, p.database::text, p.prepared, p.gid, p.transaction from pg_prepared_xacts p) h
  order by age(h.xid) desc limit 1`,
);

/** The transaction that began first of those that are the oldest on their nodes. */
export const blockingOnNodesFunction = (names: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_blocking_transaction() returns table (pid integer, login text, application text, database text, since timestamptz, prepared text)`,
    { ...asMigrator, callers: [names.system] },
    ddl`
      begin
        return query
          select h.pid, h.login, h.application, h.database, h.since, h.prepared
          from run_command_on_all_nodes(${oldest}) n
          cross join lateral json_to_record(case when n.success and n.result <> '' then n.result::json end)
            h (pid integer, login text, application text, database text, since timestamptz, prepared text)
          where h.login is not null or h.pid is not null
          order by h.since nulls last limit 1;
      end
    `,
  );
