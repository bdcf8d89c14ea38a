import { actorOfTransaction, type Ddl, ddl } from '@tenantry/core/sql';
import type { LogColumn, LogNames } from './names.ts';

/** Variables of a function that {@link readActor} fills, beside `reason`. */
export const actorVariables: Ddl = ddl`
  context constant jsonb := ${actorOfTransaction};
  actor_type text := 'user';
  actor_id text := context ->> 'user';
  on_behalf_of text;
  ip inet;
  request_id text;
  xid bigint;
  salt bytea := uuid_send(gen_random_uuid());
  behalf text;
`;

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

/** The transaction gets its id before the clock is read, so an entry is never older than its id says. */
export const readTransactionId: Ddl = ddl`xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();`;

/**
 * Reads the actor from the context of the transaction, and in a system scope the reason. A connection
 * without the setting does not come from a tenant pool; its actor is the login of the database.
 *
 * @param what names what was written, for the error
 * @param returnWithoutRows returns from the trigger when the statement has no rows
 */
export const readActor = (
  { strict, distributed }: LogNames,
  what: Ddl,
  returnWithoutRows = ddl``,
): Ddl => ddl`
  ${distributed ? ddl`` : readTransactionId}
  if actor_id is null then
    if context ? 'system' then
      actor_type := 'system';
      actor_id := context ->> 'system';
      reason := context ->> 'reason';
    elsif current_setting('app.actor', true) is null then
      actor_type := 'login';
      actor_id := session_user;
    else
      ${strict ? returnWithoutRows : ddl``}
      ${strict ? refuse(what) : ddl`actor_type := 'anonymous';`}
    end if;
  end if;
  on_behalf_of := context ->> 'onBehalfOf';
  ip := (context ->> 'ip')::inet;
  request_id := context ->> 'requestId';
`;

const refuse = (what: Ddl) =>
  ddl`raise exception 'AUDIT_ACTOR_MISSING: % without a user', ${what} using errcode = 'TN001', detail = '{}';`;
