import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { actorVariables, readActor } from './actor.ts';
import { asMigrator, type LogNames } from './names.ts';

/** Records of captures that left no entry. */
export const captureFailuresTable = ({
  writer,
  system,
  app,
  distributed,
  idType,
}: LogNames): Ddl => ddl`
  create table if not exists tenantry.audit_failures (
    ${distributed ? ddl`tenant ${idType} not null, id uuid not null, primary key (tenant, id),` : ddl`id bigint generated always as identity primary key,`}
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
      ddl`audit_is_recordable(state text) returns boolean`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        begin
          -- a trial of the captures reports every failure
          return state !~ '^(28|40|53|57|58|TN)' and state <> '55P03' and coalesce(current_setting($name$tenantry.audit_try$name$, true), '') <> 'on';
        end
      `,
    ),
    // for captures that could not write an entry; when this fails too, the write fails
    names.distributed
      ? recordOnShard(names)
      : sqlFunction(
          ddl`audit_record_failure(failed regclass, operation text, state text, row_count bigint) returns void`,
          { ...asMigrator, callers: [writer] },
          ddl`
        begin
          insert into tenantry.audit_failures (table_name, operation, sqlstate, row_count) values (failed::text, $2, state, $4);
          raise warning 'audit: the capture of % on % failed with %', $2, failed, state;
        end
      `,
        ),
    sqlFunction(
      ddl`audit_delete_failures(days integer) returns integer`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        declare
          forgotten integer;
          ${names.clock.declare}
        begin
          delete from tenantry.audit_failures f where f.failed_at < ${names.clock.now} - make_interval(days => days);
          get diagnostics forgotten = row_count;
          return forgotten;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_actor(out actor_type text, out actor_id text, out on_behalf_of text, out ip inet, out request_id text, out reason text) returns record`,
      { callers: [writer] },
      ddl`
        begin
          declare
            ${actorVariables}
            reason text;
          begin
            ${readActor(names, ddl`'a captured table'`)}
            audit_actor.actor_type := actor_type;
            audit_actor.actor_id := actor_id;
            audit_actor.on_behalf_of := on_behalf_of;
            audit_actor.ip := ip;
            audit_actor.request_id := request_id;
            audit_actor.reason := reason;
          end;
        exception when others then
          if not tenantry.audit_is_recordable(sqlstate) then raise; end if;
          -- the actor cannot be read: the entry is recorded as anonymous
          actor_type := 'anonymous';
        end
      `,
    ),
  ];
}

const recordOnShard = ({ idType, writer }: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_record_failure(of_tenant ${idType}, failed regclass, operation text, state text, row_count bigint) returns void`,
    { ...asMigrator, callers: [writer] },
    ddl`
      begin
        insert into tenantry.audit_failures (tenant, id, failed_at, table_name, operation, sqlstate, row_count, transaction_id, login)
        values (of_tenant, gen_random_uuid(), clock_timestamp(), failed::text, $3, state, $5, pg_current_xact_id()::text::bigint, session_user);
        raise warning 'audit: the capture of % on % failed with %', $3, failed, state;
      end
    `,
  );
