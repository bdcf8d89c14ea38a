import { actorOfTransaction, type Ddl, ddl } from '@tenantry/core/sql';
import type { LogColumn, LogNames } from './names.ts';

/** Variables of a function that {@link readActor} sets, besides `reason`. */
export const actorVariables: Ddl = ddl`said constant jsonb := ${actorOfTransaction};
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;`;

/** The log columns of these variables; all entries of a statement share them. */
export const actorValues = {
  actorType: ddl`actor_type`,
  actorId: ddl`actor_id`,
  onBehalfOf: ddl`on_behalf_of`,
  ipAddress: ddl`ip`,
  requestId: ddl`request_id`,
  reason: ddl`reason`,
  transactionId: ddl`xid`,
  salt: ddl`salt`,
} as const satisfies Partial<Record<LogColumn, Ddl>>;

/**
 * Reads the actor from the context of the transaction; a system scope also sets the reason. A connection
 * without the setting does not come from the pool, so its database login is the actor. The transaction
 * gets its id before the clock is read, so the time of an entry always fits the order of transaction ids.
 *
 * @param what the written object, for the error
 */
export const readActor = (
  { strict }: LogNames,
  what: Ddl,
): Ddl => ddl`xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          ${strict ? refuse(what) : ddl`actor_type := 'anonymous';`}
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';`;

const refuse = (what: Ddl) =>
  ddl`raise exception 'AUDIT_ACTOR_MISSING: % without a user', ${what} using errcode = 'TN001', detail = '{}';`;
