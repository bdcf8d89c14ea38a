import { type Ddl, ddl } from '@tenantry/core/sql';
import { actorVariables, readActor } from './actor.ts';
import { contentHash } from './content-hash.ts';
import type { LogNames } from './names.ts';

/**
 * The row trigger that says who, when and in which transaction, whatever the INSERT claims, and
 * hashes the entry. It runs with the rights of whoever writes.
 */
export function stampSql(names: LogNames): Ddl {
  const { columns: c } = names;
  const row = (column: keyof typeof c) => ddl`new.${c[column]}`;
  return ddl`
    create or replace function tenantry.audit_stamp() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      ${actorVariables}
      clock timestamptz;
    begin
      ${readActor(names)}
      clock := clock_timestamp();
      -- the default has just read the clock, and chosen the partition by it; anything else is a claim
      if ${row('createdAt')} > clock or ${row('createdAt')} < clock - interval '10 seconds' then
        ${row('createdAt')} := clock;
      end if;
      ${row('source')} := 'entry';
      ${row('actorType')} := actor_type;
      ${row('actorId')} := actor_id;
      ${row('onBehalfOf')} := on_behalf_of;
      ${row('ipAddress')} := ip;
      ${row('requestId')} := request_id;
      if actor_type = 'system' then
        ${row('reason')} := reason;
      end if;
      ${row('transactionId')} := xid;
      ${row('salt')} := uuid_send(gen_random_uuid());
      if ${row('personal')} is not null then
        ${row('salt')} := ${row('salt')} || uuid_send(gen_random_uuid());
      end if;
      ${row('erased')} := null;
      ${row('contentHash')} := ${contentHash(row)};
      return new;
    end
    $tenantry$;
    revoke all on function tenantry.audit_stamp() from public;
  `;
}
