import {
  type Ddl,
  ddl,
  join,
  type SqlFunction,
  sqlFunction,
  tenantOfTransaction,
} from '@tenantry/core/sql';
import { actorValues, actorVariables, readActor, readTransactionId } from './actor.ts';
import { inboxFunctions } from './citus/inbox.ts';
import { unstamped } from './citus/stamp.ts';
import {
  behalfField,
  commitment,
  commonContent,
  contentHash,
  personalField,
  type RowOf,
} from './content-hash.ts';
import { allColumns, type LogColumn, type LogNames } from './names.ts';

const said = ddl`
  action text, resource_type text, resource_id text default null, reason text default null,
  metadata jsonb default '{}', personal jsonb default null
`;

/**
 * The functions that write entries: `tenantry.audit_write` for the tenant of the transaction, and
 * `tenantry.audit_write_for` for a given tenant, which only the system role may call. Both set actor,
 * time, `onBehalfOf` and transaction, hash the entry, and insert it as the only role that may.
 *
 * ```sql
 * select tenantry.audit_write('project.created', 'project', '42', metadata => '{"name": "Roadmap"}');
 * ```
 */
export function entryFunctions(names: LogNames): SqlFunction[] {
  if (names.distributed) return inboxFunctions(names, said);
  const { app, system, writer, idType, tenancy } = names;
  const own = ddl`of_tenant constant ${idType} := ${tenantOfTransaction(tenancy)};`;
  const body = (tenant: Ddl) =>
    entryBody(names, 'entry', {
      declare: ddl`
        ${tenant}
        ${actorVariables}
      `,
      read: readActor(names, ddl`action`),
    });
  return [
    sqlFunction(
      ddl`audit_write(${said}) returns uuid`,
      { owner: writer, callers: [app, system] },
      body(own),
    ),
    sqlFunction(
      ddl`audit_write_for(of_tenant ${idType}, ${said}) returns uuid`,
      { owner: writer, callers: [system] },
      body(ddl``),
    ),
  ];
}

/** Writes one entry of a capture, where there are few of them or where the usual way has failed. */
export const captureRowFunction = (names: LogNames): SqlFunction =>
  sqlFunction(
    ddl`
      audit_capture_row(of_tenant ${names.idType}, action text, resource_type text, resource_id text,
        metadata jsonb, personal jsonb) returns uuid
    `,
    { callers: [names.writer] },
    entryBody(names, 'capture', {
      declare: ddl`
        actor_type text;
        actor_id text;
        on_behalf_of text;
        ip inet;
        request_id text;
        reason text;
        xid bigint;
        salt bytea := uuid_send(gen_random_uuid());
        behalf text;
      `,
      read: ddl`
        select * into actor_type, actor_id, on_behalf_of, ip, request_id, reason from tenantry.audit_actor();
        ${names.distributed ? ddl`` : readTransactionId}
      `,
    }),
  );

const values: Readonly<Record<Exclude<LogColumn, 'contentHash' | 'source'>, Ddl>> = {
  tenant: ddl`of_tenant`,
  id: ddl`entry`,
  createdAt: ddl`written`,
  action: ddl`action`,
  resourceType: ddl`resource_type`,
  resourceId: ddl`resource_id`,
  metadata: ddl`coalesce(metadata, '{}')`,
  personal: ddl`personal`,
  ...actorValues,
  erased: ddl`null`,
};

function entryBody(
  names: LogNames,
  source: 'entry' | 'capture',
  actor: { readonly declare: Ddl; readonly read: Ddl },
): Ddl {
  const all = { ...values, source: source === 'entry' ? ddl`'entry'` : ddl`'capture'` };
  const row: RowOf = (column) => (all as Record<LogColumn, Ddl>)[column];
  const hash = contentHash(names, row, {
    constants: { source },
    personal: ddl`about_persons`,
    common: commonContent(row, ddl`behalf`),
  });
  const columns = names.distributed ? unstamped : allColumns;
  return ddl`
    declare
      ${actor.declare}
      about_persons text;
      entry uuid;
      written timestamptz;
    begin
      ${actor.read}
      -- optional fields are hashed here, because a call in the statement below costs time even when unused
      if on_behalf_of is not null or personal is not null then
        salt := salt || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
        behalf := ${commitment(behalfField, row)};
        about_persons := ${commitment(personalField, row)};
      end if;
      written := clock_timestamp();
      entry := gen_random_uuid();
      insert into ${names.log} (${join(columns.map((column) => names.columns[column]))})
      values (${join(columns.map((column) => (column === 'contentHash' ? hash : row(column))))});
      return entry;
    end
  `;
}
