import { type Ddl, ddl } from '@tenantry/core/sql';
import type { LogNames } from './names.ts';

/** Variables of a function that {@link readActor} fills. */
export const actorVariables: Ddl = ddl`setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;`;

/**
 * Reads who acts from the context of the transaction. A connection without the setting is no pool's:
 * somebody with a login of the database, who is named by it. The transaction gets its id before the
 * clock is read, so an entry is never older than its transaction id says.
 */
export const readActor = ({
  strict,
}: LogNames): Ddl => ddl`xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        ${strict ? refuse : ddl`actor_type := 'anonymous';`}
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          ${strict ? refuse : ddl`actor_type := 'anonymous';`}
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;`;

const refuse = ddl`raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';`;
