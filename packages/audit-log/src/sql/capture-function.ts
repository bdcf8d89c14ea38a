import { type Ddl, ddl, join, literal, ownedBy } from '@tenantry/core/sql';
import { actorValues, actorVariables, readActor } from './actor.ts';
import type { CapturedColumn } from './capture-columns.ts';
import {
  behalfField,
  commitment,
  commonText,
  contentHash,
  type KnownContent,
  personalField,
  type RowOf,
} from './content-hash.ts';
import { allColumns, type LogColumn, type LogNames } from './names.ts';

/** A table with `audited(t)`, with names as they are in the database. */
export interface CapturedTable {
  readonly names: LogNames;
  readonly target: Ddl;
  readonly tenant: Ddl;
  /** Whether no row is without a tenant. */
  readonly tenantIsThere: boolean;
  /** The columns that identify a row within its tenant. */
  readonly id: readonly Ddl[];
  /** Whether no row is without an id. */
  readonly idIsThere: boolean;
  readonly resource: string;
  readonly columns: readonly CapturedColumn[];
  readonly functionName: (event: string) => Ddl;
}

/** What a capture runs: the way it should go, and the ways that are left where that fails. */
export interface CaptureSteps {
  readonly typed: Ddl;
  /** The values as texts. */
  readonly text: Ddl;
  /** Which rows, and nothing of them. */
  readonly bare: Ddl;
  /** Where the trigger sees the rows that were changed. */
  readonly rows: Ddl;
}

/** The function of a trigger: SECURITY DEFINER as the role that adds to the log. */
export function captureFunction(captured: CapturedTable, event: string, steps: CaptureSteps): Ddl {
  const f = captured.functionName(event);
  return ddl`
    create or replace function ${f}() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    ${captured.names.refusing ? refusing(steps) : noting(captured, steps)}
    $tenantry$;
    ${ownedBy(captured.names.writer, `${f.sql}()`)}
  `;
}

const variables = ddl`${actorVariables}
      reason text;
      common text;`;

/** A capture that fails fails the write; without a subtransaction. */
const refusing = ({ typed }: CaptureSteps): Ddl => ddl`declare
      ${variables}
    begin
      ${typed}
      return null;
    end`;

/**
 * A capture that fails is noted, and the write goes on. What follows the first step is planned when it
 * is needed, so that it costs nothing but its text.
 */
const noting = (
  captured: CapturedTable,
  { typed, text, bare, rows }: CaptureSteps,
): Ddl => ddl`declare
      state text;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea;
      behalf text;
      reason text;
      common text;
    begin
      begin
        declare
      ${variables}
        begin
      ${typed}
        end;
        ${unowned(captured, rows)}
        return null;
      exception when others then
        state := sqlstate;
        if not tenantry.audit_forgives(state) then raise; end if;
      end;

      select * into actor_type, actor_id, on_behalf_of, ip, request_id, reason from tenantry.audit_actor_or_nobody();
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      salt := uuid_send(gen_random_uuid());
      ${commitOnce(captured)}
      begin -- the values as texts
      ${text}
        ${unowned(captured, rows)}
        return null;
      exception when others then
        state := sqlstate;
        if not tenantry.audit_forgives(state) then raise; end if;
      end;
      begin -- which rows, and nothing of them
      ${bare}
        ${unowned(captured, rows)}
        return null;
      exception when others then
        state := sqlstate;
        if not tenantry.audit_forgives(state) then raise; end if;
      end;
      perform tenantry.audit_note_failure(tg_relid::regclass, tg_op, state, (select count(*) from ${rows}));
      return null;
    end`;

/** Rows without a tenant stand in nobody's log. */
const unowned = ({ tenantIsThere, tenant }: CapturedTable, rows: Ddl): Ddl =>
  tenantIsThere
    ? ddl`-- each of its rows has a tenant`
    : ddl`perform tenantry.audit_note_failure(tg_relid::regclass, tg_op, '23502', count(*))
          from ${rows} r where r.${tenant} is null having count(*) > 0;`;

/** What the entries of a capture that failed say of it. */
export const failed = ddl`jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op))`;

const hasPersonal = ({ columns }: CapturedTable) => columns.some(({ kind }) => kind === 'personal');

export type Verb = 'inserted' | 'updated' | 'deleted' | 'truncated';

/** Inserts stamped entries from rows `(tenant, rid, metadata, personal)`. */
export function write(captured: CapturedTable, verb: Verb, from: Ddl): Ddl {
  const { names, resource } = captured;
  const action = `${resource}.${verb}`;
  const personal = hasPersonal(captured);
  const own: Partial<Record<LogColumn, Ddl>> = {
    ...actorValues,
    source: ddl`'capture'`,
    action: literal(action),
    resourceType: literal(resource),
    resourceId: ddl`s.rid`,
    createdAt: ddl`s.created_at`,
    salt: personal ? ddl`s.salt` : ddl`salt`,
    personal: personal ? ddl`s.personal` : ddl`null::jsonb`,
    erased: ddl`null::jsonb`,
  };
  const row = (column: LogColumn): Ddl => own[column] ?? { sql: `s.${column}` };
  const known: KnownContent = {
    constants: { source: 'capture', action, resourceType: resource },
    ...(captured.idIsThere && { resourceId: verb === 'truncated' ? 'never' : 'always' }),
    personal: personal ? commitment(personalField, row) : null,
    common: ddl`common`,
  };
  const value = (column: LogColumn) =>
    column === 'contentHash' ? contentHash(names, row, known) : row(column);
  return ddl`insert into ${names.log} (${join(allColumns.map((column) => names.columns[column]))})
      select ${join(allColumns.map(value))}
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at${personal ? ddl`, salt || uuid_send(gen_random_uuid()) as salt` : ddl``}
        from (${from}) r${captured.tenantIsThere || names.refusing ? ddl`` : ddl` where r.tenant is not null`}
      ) s;`;
}

/**
 * Who acts, and the part of the content hashes that all rows of the statement share. The salt grows
 * where there is more to commit to; a row adds its own for what is personal in it.
 */
export const readOnce = (captured: CapturedTable): Ddl =>
  ddl`${readActor(captured.names, ddl`'table ' || tg_table_name`)}
      ${commitOnce(captured)}`;

function commitOnce(captured: CapturedTable): Ddl {
  const variable: RowOf = (column) =>
    (actorValues as Partial<Record<LogColumn, Ddl>>)[column] as Ddl;
  const commitToBehalf = ddl`salt := salt || uuid_send(gen_random_uuid());
        behalf := ${commitment(behalfField, variable)};`;
  return ddl`${hasPersonal(captured) ? commitToBehalf : ddl`if on_behalf_of is not null then ${commitToBehalf} end if;`}
      common := ${commonText(variable, ddl`behalf`)};`;
}
