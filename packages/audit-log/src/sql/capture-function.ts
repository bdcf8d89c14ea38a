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
  readonly id: Ddl;
  /** Whether no row is without an id. */
  readonly idIsThere: boolean;
  readonly resource: string;
  readonly columns: readonly CapturedColumn[];
  readonly functionName: (event: string) => Ddl;
}

/** The function of a trigger: SECURITY DEFINER as the role that adds to the log. */
export function captureFunction(captured: CapturedTable, event: string, body: Ddl): Ddl {
  const f = captured.functionName(event);
  return ddl`
    create or replace function ${f}() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      ${actorVariables}
      reason text;
      common text;
    begin
      ${body}
      return null;
    end
    $tenantry$;
    ${ownedBy(captured.names.writer, `${f.sql}()`)}
  `;
}

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
        from (${from}) r
      ) s;`;
}

/**
 * Who acts, and the part of the content hashes that all rows of the statement share. The salt grows
 * where there is more to commit to; a row adds its own for what is personal in it.
 */
export function readOnce(captured: CapturedTable): Ddl {
  const variable: RowOf = (column) =>
    (actorValues as Partial<Record<LogColumn, Ddl>>)[column] as Ddl;
  const commitToBehalf = ddl`salt := salt || uuid_send(gen_random_uuid());
        behalf := ${commitment(behalfField, variable)};`;
  return ddl`${readActor(captured.names, ddl`'table ' || tg_table_name`)}
      ${hasPersonal(captured) ? commitToBehalf : ddl`if on_behalf_of is not null then ${commitToBehalf} end if;`}
      common := ${commonText(variable, ddl`behalf`)};`;
}
