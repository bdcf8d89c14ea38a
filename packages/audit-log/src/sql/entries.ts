import { type Ddl, ddl, join, ownedBy, tenantOfTransaction } from '@tenantry/core/sql';
import { actorValues, actorVariables, readActor } from './actor.ts';
import {
  behalfField,
  commitment,
  commonContent,
  contentHash,
  personalField,
  type RowOf,
} from './content-hash.ts';
import { allColumns, type LogColumn, type LogNames } from './names.ts';

/**
 * The functions that write entries: `tenantry.audit_write` for the tenant of the transaction, and
 * `tenantry.audit_write_for` for a given tenant, which only the system role may call. Both set actor,
 * time, `onBehalfOf` and transaction, hash the entry, and insert it as the only role that may.
 *
 * ```sql
 * select tenantry.audit_write('project.created', 'project', '42', metadata => '{"name": "Roadmap"}');
 * ```
 */
export function entriesSql(names: LogNames): Ddl[] {
  const { app, system, idType, tenancy } = names;
  const said = ddl`action text, resource_type text, resource_id text default null, reason text default null, metadata jsonb default '{}', personal jsonb default null`;
  const types = 'text, text, text, text, jsonb, jsonb';
  const own = { sql: `audit_write(${types})` };
  const named = { sql: `audit_write_for(${idType.sql}, ${types})` };
  return [
    ddl`
      create or replace function tenantry.audit_write(${said}) returns uuid
      ${body(names, ddl`of_tenant constant ${idType} := ${tenantOfTransaction(tenancy)};`)}
      ${ownedBy(names.writer, `tenantry.${own.sql}`)}
      grant execute on function tenantry.${own} to ${app}, ${system};
    `,
    ddl`
      create or replace function tenantry.audit_write_for(of_tenant ${idType}, ${said}) returns uuid
      ${body(names, ddl``)}
      ${ownedBy(names.writer, `tenantry.${named.sql}`)}
      grant execute on function tenantry.${named} to ${system};
    `,
  ];
}

const values: Readonly<Record<Exclude<LogColumn, 'contentHash'>, Ddl>> = {
  tenant: ddl`of_tenant`,
  id: ddl`entry`,
  createdAt: ddl`written`,
  source: ddl`'entry'`,
  action: ddl`action`,
  resourceType: ddl`resource_type`,
  resourceId: ddl`resource_id`,
  metadata: ddl`coalesce(metadata, '{}')`,
  personal: ddl`personal`,
  ...actorValues,
  erased: ddl`null`,
};

function body(names: LogNames, tenant: Ddl): Ddl {
  const row: RowOf = (column) => (values as Record<LogColumn, Ddl>)[column];
  const hash = contentHash(names, row, {
    constants: { source: 'entry' },
    personal: ddl`about_persons`,
    common: commonContent(row, ddl`behalf`),
  });
  return ddl`
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      ${tenant}
      ${actorVariables}
      about_persons text;
      entry uuid;
      written timestamptz;
    begin
      ${readActor(names, ddl`action`)}
      -- what is seldom there is committed to here: a call in the statement below is paid for in any case
      if on_behalf_of is not null or personal is not null then
        salt := salt || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
        behalf := ${commitment(behalfField, row)};
        about_persons := ${commitment(personalField, row)};
      end if;
      written := clock_timestamp();
      entry := gen_random_uuid();
      insert into ${names.log} (${join(allColumns.map((column) => names.columns[column]))})
      values (${join(allColumns.map((column) => (column === 'contentHash' ? hash : row(column))))});
      return entry;
    end
    $tenantry$;
  `;
}
