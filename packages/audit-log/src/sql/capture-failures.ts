import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { actorVariables, readActor } from './actor.ts';
import { asMigrator, type LogNames } from './names.ts';

/** Notes on captures that left no entry. */
export const captureFailuresTable = ({ writer, system, app }: LogNames): Ddl => ddl`
  create table if not exists tenantry.audit_failures (
    id bigint generated always as identity primary key,
    failed_at timestamptz not null default clock_timestamp(),
    table_name text not null,
    operation text not null,
    sqlstate text not null,
    row_count bigint,
    transaction_id bigint not null default pg_current_xact_id()::text::bigint,
    login text not null default session_user
  );
  revoke all on tenantry.audit_failures from public, ${app}, ${system}, ${writer};
  grant select on tenantry.audit_failures to ${system};
`;

/**
 * How a capture handles its own failure. It re-raises errors of the whole transaction (a deadlock, a
 * serialization failure, a cancelled statement, a lock timeout, a full disk), an unsigned actor, and a
 * refusal of a strict log. Every other error is recorded, and the write succeeds.
 */
export function captureFailureFunctions(names: LogNames): SqlFunction[] {
  const { writer } = names;
  return [
    sqlFunction(
      ddl`audit_forgives(state text) returns boolean`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        begin
          -- whoever tries the captures wants to see what fails
          return state !~ '^(28|40|53|57|58|TN)' and state <> '55P03' and coalesce(current_setting($name$tenantry.audit_try$name$, true), '') <> 'on';
        end
      `,
    ),
    // for what could not even be written to the log; when this fails too, the write is refused
    sqlFunction(
      ddl`audit_note_failure(failed regclass, operation text, state text, row_count bigint) returns void`,
      { ...asMigrator, callers: [writer] },
      ddl`
        begin
          insert into tenantry.audit_failures (table_name, operation, sqlstate, row_count) values (failed::text, $2, state, $4);
          raise warning 'audit: the capture of % on % failed with %', $2, failed, state;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_forget_failures(days integer) returns integer`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        declare
          forgotten integer;
        begin
          delete from tenantry.audit_failures f where f.failed_at < clock_timestamp() - make_interval(days => days);
          get diagnostics forgotten = row_count;
          return forgotten;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_actor_or_nobody(out actor_type text, out actor_id text, out on_behalf_of text, out ip inet, out request_id text, out reason text) returns record`,
      { callers: [writer] },
      ddl`
        begin
          declare
            ${actorVariables}
            reason text;
          begin
            ${readActor(names, ddl`'a captured table'`)}
            audit_actor_or_nobody.actor_type := actor_type;
            audit_actor_or_nobody.actor_id := actor_id;
            audit_actor_or_nobody.on_behalf_of := on_behalf_of;
            audit_actor_or_nobody.ip := ip;
            audit_actor_or_nobody.request_id := request_id;
            audit_actor_or_nobody.reason := reason;
          end;
        exception when others then
          if not tenantry.audit_forgives(sqlstate) then raise; end if;
          -- who acts cannot be read: the write is nobody's, and noted all the same
          actor_type := 'anonymous';
        end
      `,
    ),
  ];
}
