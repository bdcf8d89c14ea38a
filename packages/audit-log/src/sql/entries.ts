import { type Ddl, ddl, join, name, ownedBySystem, tenantOfTransaction } from '@tenantry/core/sql';
import { actorVariables, readActor } from './actor.ts';
import { contentHash } from './content-hash.ts';
import { allColumns, type LogColumn, type LogNames } from './names.ts';

/** What whoever writes an entry says of it; the database knows the rest. */
const said = ['action', 'resource_type', 'resource_id', 'reason', 'metadata', 'personal'] as const;

/**
 * The view `tenantry.audit_entries`, into which entries are written: it shows nothing, and its trigger
 * says who, when, for whom and in which transaction, hashes the entry, and adds it to the log. Only the
 * system role can name the tenant.
 *
 * The log itself has no trigger before each row: that makes PostgreSQL check the bounds of the
 * partition again and copy the trigger for each statement, 6 µs for every captured one.
 */
export function entriesSql(names: LogNames): Ddl {
  const { app, system, idType, tenancy, log, columns } = names;
  const tenant = name(tenancy.column);
  const own: Partial<Record<LogColumn, Ddl>> = {
    tenant: ddl`of_tenant`,
    id: ddl`new.id`,
    createdAt: ddl`written`,
    source: ddl`'entry'`,
    action: ddl`new.action`,
    resourceType: ddl`new.resource_type`,
    resourceId: ddl`new.resource_id`,
    metadata: ddl`coalesce(new.metadata, '{}')`,
    personal: ddl`new.personal`,
    actorType: ddl`actor_type`,
    actorId: ddl`actor_id`,
    onBehalfOf: ddl`on_behalf_of`,
    ipAddress: ddl`ip`,
    requestId: ddl`request_id`,
    reason: ddl`reason`,
    transactionId: ddl`xid`,
    salt: ddl`salt`,
    erased: ddl`null`,
  };
  const row = (column: LogColumn) => own[column] as Ddl;
  const values = allColumns.map((column) =>
    column === 'contentHash'
      ? contentHash(names, row, { constants: { source: 'entry' } })
      : row(column),
  );
  return ddl`
    create or replace view tenantry.audit_entries as
      select null::${idType} as ${tenant}, null::uuid as id, null::text as action, null::text as resource_type,
        null::text as resource_id, null::text as reason, null::jsonb as metadata, null::jsonb as personal
      where false;
    revoke all on tenantry.audit_entries from public, ${app}, ${system};
    grant select (id), insert (${join(said.map((column) => name(column)))}) on tenantry.audit_entries to ${app};
    grant select, insert on tenantry.audit_entries to ${system};

    create or replace function tenantry.audit_write() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      ${actorVariables}
      of_tenant constant ${idType} := coalesce(new.${tenant}, ${tenantOfTransaction(tenancy)});
      salt bytea := uuid_send(gen_random_uuid());
      written timestamptz;
    begin
      ${readActor(names)}
      written := clock_timestamp();
      new.id := gen_random_uuid();
      if actor_type <> 'system' then
        reason := new.reason;
      end if;
      if new.personal is not null then
        salt := salt || uuid_send(gen_random_uuid());
      end if;
      insert into ${log} (${join(allColumns.map((column) => columns[column]))})
      values (${join(values)});
      return new;
    end
    $tenantry$;
    ${ownedBySystem(system, 'tenantry.audit_write()')}
    create or replace trigger tenantry_audit_write instead of insert on tenantry.audit_entries
      for each row execute function tenantry.audit_write();
  `;
}
