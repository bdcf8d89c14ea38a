import { type Ddl, ddl, type SqlFunction, sqlFunction, sqlLiteral } from '@tenantry/core/sql';
import type { LogNames } from '../names.ts';

/** The ids of an epoch: epochs × width stays exact in JavaScript for centuries. */
export const epochWidth: Ddl = { sql: '4194304' };

// Each node counts its own transactions, so their ids say nothing about the order of commits between
// nodes, nor on one node after a shard has moved there. Epochs do: every node has the number of the open
// one, and an entry carries the one that its transaction found first. A new epoch is opened and
// committed; then each node tells its open transactions. When all of these have ended, everything below
// the epoch is final, wherever it is now.

/** The open epoch, on every node, and what the nodes told since, on the coordinator. */
export const epochTables = ({ app, system, writer }: LogNames): Ddl => ddl`
  create table if not exists tenantry.audit_epoch (
    one boolean primary key default true check (one),
    opened bigint not null,
    opened_at timestamptz not null default clock_timestamp(),
    closes bigint,
    sealed bigint not null default 0
  );
  create table if not exists tenantry.audit_nodes (
    node integer primary key,
    next_xid bigint not null
  );
  revoke all on tenantry.audit_epoch, tenantry.audit_nodes from public, ${app}, ${system};
  grant select on tenantry.audit_epoch to ${writer}, ${system}, ${app};
`;

/** A log that was kept on one server goes on above its transaction ids. */
export const firstEpoch = ({ log, columns: c }: LogNames): Ddl => ddl`
  do $tenantry$
  declare
    sealed constant bigint := (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal');
    last constant bigint := greatest(sealed, (select max(l.${c.transactionId}) from ${log} l), (select max(s.next_xid) from tenantry.audit_seals s));
  begin
    if exists (select from tenantry.audit_epoch) then return; end if;
    insert into tenantry.audit_epoch (opened, sealed) values (case when last > 0 then (last / ${epochWidth} + 1) * ${epochWidth} else 0 end, sealed);
  end
  $tenantry$;
`;

/** What a node tells: the epoch that it has, its oldest open transaction, and the next one. */
const told = sqlLiteral({
  sql: `select json_build_object('opened', e.opened, 'oldest', pg_snapshot_xmin(pg_current_snapshot())::text,
    'next', pg_snapshot_xmax(pg_current_snapshot())::text) from tenantry.audit_epoch e`,
});

export function epochFunctions({ log, columns: c }: LogNames): SqlFunction[] {
  return [
    sqlFunction(
      ddl`audit_has_entries(from_xid bigint) returns boolean`,
      {},
      ddl`
        begin
          return exists (select 1 from ${log} l where l.${c.transactionId} >= from_xid limit 1);
        end
      `,
    ),
    sqlFunction(
      ddl`audit_open_epoch() returns void`,
      {},
      ddl`
        declare
          clock constant timestamptz := clock_timestamp();
        begin
          delete from tenantry.audit_nodes;
          update tenantry.audit_epoch set closes = opened, opened = opened + ${epochWidth}, opened_at = clock;
        end
      `,
    ),
    // whether every transaction that may have found an earlier epoch has ended; first: a node was asked the
    // first time
    sqlFunction(
      ddl`audit_is_final(epoch bigint, out final boolean, out first boolean) returns record`,
      {},
      ddl`
        declare
          asked record;
          said jsonb;
          bound bigint;
        begin
          final := true; first := false;
          for asked in select * from run_command_on_all_nodes(${told}) loop
            if not asked.success then
              raise exception 'node % of the cluster gives no answer', asked.nodeid using errcode = '08006', detail = asked.result;
            end if;
            said := asked.result::jsonb;
            -- a node that has the epoch not yet, or not any more, is asked anew
            if said ->> 'opened' is distinct from epoch::text then
              delete from tenantry.audit_nodes n where n.node = asked.nodeid;
              final := false;
              continue;
            end if;
            insert into tenantry.audit_nodes as n values (asked.nodeid, (said ->> 'next')::bigint) on conflict do nothing
              returning n.next_xid into bound;
            if found then
              first := true;
            else
              select n.next_xid into bound from tenantry.audit_nodes n where n.node = asked.nodeid;
            end if;
            final := final and (said ->> 'oldest')::bigint >= bound;
          end loop;
        end
      `,
    ),
  ];
}

/** A snapshot of the whole transaction may be older than the epoch, and than what the nodes tell. */
export const requireReadCommitted: Ddl = ddl`
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'AUDIT_ISOLATION_UNSUPPORTED: a transaction that is %', current_setting('transaction_isolation') using errcode = 'TN001', detail = '{}';
  end if;
`;

const openAbove = ddl`
    delete from tenantry.audit_nodes;
    update tenantry.audit_epoch set closes = opened, opened = (last / ${epochWidth} + 1) * ${epochWidth}, opened_at = clock;
    return (last / ${epochWidth} + 1) * ${epochWidth} - before;
`;

/** For a tenant that comes: transactions that have found an earlier epoch are asked for before it is sealed. */
export const goOnAboveByEpoch: Ddl = ddl`
  declare
    clock constant timestamptz := clock_timestamp();
    before constant bigint := (select e.opened from tenantry.audit_epoch e);
  begin
    if last < before then return 0; end if;
    ${openAbove}
  end
`;

/** After a restore: no id of the log is in a later epoch than the open one, and none is given again. */
export const goOnByEpoch: Ddl = ddl`
  declare
    last constant bigint := greatest(tenantry.audit_last_xid(), (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'), 0);
    clock constant timestamptz := clock_timestamp();
    before constant bigint := (select e.opened from tenantry.audit_epoch e);
  begin
    if last < before + ${epochWidth} then return 0; end if;
    ${openAbove}
  end
`;
