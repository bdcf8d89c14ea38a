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

/** A table with `audited(t)`, with database names. */
export interface CapturedTable {
  readonly names: LogNames;
  readonly target: Ddl;
  readonly tenant: Ddl;
  /** Whether every row has a tenant. */
  readonly tenantIsThere: boolean;
  /** The columns that identify a row within its tenant. */
  readonly id: readonly Ddl[];
  /** Whether every row has an id. */
  readonly idIsThere: boolean;
  readonly resource: string;
  readonly columns: readonly CapturedColumn[];
  readonly functionName: (event: string) => Ddl;
}

/** The steps of a capture: the normal one, and the fallbacks after a failure. */
export interface CaptureSteps {
  readonly typed: Ddl;
  /** Records the values as texts. */
  readonly text: Ddl;
  /** Records only which rows were written. */
  readonly bare: Ddl;
  /** The transition table with the changed rows. */
  readonly rows: Ddl;
}

/** The trigger function: SECURITY DEFINER as the role that writes the log. */
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

/** A failed capture fails the write; no subtransaction. */
const refusing = ({ typed }: CaptureSteps): Ddl => ddl`declare
      ${variables}
    begin
      ${typed}
      return null;
    end`;

/**
 * A failed capture is recorded, and the write succeeds. The fallback steps are planned only when they are
 * needed, so they cost nothing but their text.
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

/** Rows without a tenant belong to no log. */
const unowned = ({ tenantIsThere, tenant }: CapturedTable, rows: Ddl): Ddl =>
  tenantIsThere
    ? ddl`-- each of its rows has a tenant`
    : ddl`perform tenantry.audit_note_failure(tg_relid::regclass, tg_op, '23502', count(*))
          from ${rows} r where r.${tenant} is null having count(*) > 0;`;

/** The metadata of entries after a failed capture. */
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
 * Reads the actor and the part of the content hashes that all rows of the statement share. The salt has
 * 16 bytes for each committed field; a row adds its own for its personal values.
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
