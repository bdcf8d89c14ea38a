import {
  type Ddl,
  ddl,
  join,
  literal,
  type SqlFunction,
  sqlFunction,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import { actorValues, actorVariables, readActor } from '../actor.ts';
import type { LogColumn, LogNames } from '../names.ts';
import { unstamped } from './stamp.ts';

// A transaction that wrote rows of a tenant as one role may not write others of it as another role, so
// the caller itself brings its entry to the node of the tenant. There a trigger writes it into the log, in
// the transaction of the change; the inbox stays empty.

/** What is brought in; nobody reads it. */
export const inboxTable = ({ idType, app, system, writer, rows }: LogNames): Ddl => ddl`
  create table if not exists tenantry.audit_inbox (
    tenant ${idType} not null,
    id uuid not null,
    source text not null,
    action text not null,
    resource_type text not null,
    resource_id text,
    reason text,
    metadata jsonb not null,
    personal jsonb,
    primary key (tenant, id)
  );
  alter table tenantry.audit_inbox ${rows.on};
  revoke all on tenantry.audit_inbox from public, ${app}, ${system}, ${writer};
  grant insert on tenantry.audit_inbox to ${app}, ${system};
`;

/** The first as the caller, the second as the role that writes the log; triggers fire by name. */
export const inboxTriggers: Ddl = ddl`
  create or replace trigger tenantry_audit_1_check before insert on tenantry.audit_inbox
    for each row execute function tenantry.audit_check_entry();
  create or replace trigger tenantry_audit_2_write before insert on tenantry.audit_inbox
    for each row execute function tenantry.audit_write_entry();
`;

/** The functions that write entries, as on one server, and those of the inbox. */
export function inboxFunctions(names: LogNames, said: Ddl): SqlFunction[] {
  const { app, system, idType, tenancy } = names;
  return [
    sqlFunction(
      ddl`audit_check_entry() returns trigger`,
      { callers: [app, system] },
      ddl`
        begin
          if ${names.rows.binds(ddl`tg_relid`)} then
            if new.tenant is distinct from ${tenantOfTransaction(tenancy)} then
              raise exception 'an entry of another tenant' using errcode = '42501';
            end if;
            new.source := 'entry';
          end if;
          return new;
        end
      `,
    ),
    writeFunction(names),
    sqlFunction(
      ddl`audit_bring_entry(of_tenant ${idType}, source text, action text, resource_type text, resource_id text, reason text,
        metadata jsonb, personal jsonb) returns uuid`,
      { callers: [app, system] },
      ddl`
        declare
          entry constant uuid := gen_random_uuid();
        begin
          insert into tenantry.audit_inbox values (of_tenant, entry, source, action, resource_type, resource_id, reason, coalesce(metadata, '{}'), personal);
          return entry;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_write(${said}) returns uuid`,
      { callers: [app, system] },
      ddl`
        begin
          return tenantry.audit_bring_entry(${tenantOfTransaction(tenancy)}, 'entry', action, resource_type, resource_id, reason, metadata, personal);
        end
      `,
    ),
    sqlFunction(
      ddl`audit_write_for(of_tenant ${idType}, ${said}) returns uuid`,
      { callers: [system] },
      ddl`
        begin
          return tenantry.audit_bring_entry(of_tenant, 'entry', action, resource_type, resource_id, reason, metadata, personal);
        end
      `,
    ),
  ];
}

const entryValues: Readonly<Partial<Record<LogColumn, Ddl>>> = {
  tenant: ddl`new.tenant`,
  id: ddl`new.id`,
  createdAt: ddl`clock_timestamp()`,
  source: ddl`new.source`,
  action: ddl`new.action`,
  resourceType: ddl`new.resource_type`,
  resourceId: ddl`new.resource_id`,
  metadata: ddl`new.metadata`,
  personal: ddl`new.personal`,
  ...actorValues,
  salt: ddl`salt || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())`,
  erased: ddl`null`,
};

const writeFunction = (names: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_write_entry() returns trigger`,
    { owner: names.writer },
    ddl`
      declare
        ${actorVariables}
        reason text := new.reason;
      begin
        ${readActor(names, ddl`new.action`)}
        insert into ${names.log} (${join(unstamped.map((column) => names.columns[column]))})
        values (${join(unstamped.map((column) => entryValues[column] as Ddl))});
        return null;
      end
    `,
  );

/** The statement that a capture of TRUNCATE runs on the coordinator, as who truncates. */
export const bringCaptured = (action: string, resource: string, row: Ddl, metadata: Ddl): Ddl =>
  ddl`perform tenantry.audit_bring_entry(${row}.tenant, 'capture', ${literal(action)}, ${literal(resource)}, ${row}.rid, null, ${metadata}, ${row}.personal);`;
