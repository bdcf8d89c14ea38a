import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { type CapturedColumn, changesOf, type Recording, recordOf } from './capture-columns.ts';
import type { LogNames } from './names.ts';

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
}

export type Verb = 'inserted' | 'updated' | 'deleted' | 'truncated';

/** What an entry says was done. */
export const actionOf = ({ resource }: CapturedTable, verb: Verb): string => `${resource}.${verb}`;

/** A row of the statement, before it or after it. */
export interface Side {
  readonly side: 'old' | 'new';
  readonly row: Ddl;
  readonly from: Ddl;
}
export const came: Side = { side: 'new', row: ddl`n`, from: ddl`new_rows n` };
export const went: Side = { side: 'old', row: ddl`o`, from: ddl`old_rows o` };

/** The id of a row: a text, or a JSON array of texts where it is made of several columns. */
const idOf = ({ id }: CapturedTable, row: Ddl): Ddl => {
  const texts = id.map((column) => ddl`${row}.${column}::text`);
  return texts.length === 1 ? join(texts) : ddl`jsonb_build_array(${join(texts)})::text`;
};

const keyOf = (captured: CapturedTable, row: Ddl): Ddl =>
  ddl`${row}.${captured.tenant} as tenant, ${idOf(captured, row)} as rid`;

/** Rows that came or went: `(tenant, rid, metadata, personal)`, as of all below. */
export const wholeRows = (
  captured: CapturedTable,
  { side, row, from }: Side,
  how: Recording,
): Ddl =>
  ddl`select ${keyOf(captured, row)}, ${recordOf(captured.columns, side, row, how)} from ${from}`;

/** Which rows they were, and nothing of them. */
export const bareRows = (captured: CapturedTable, { row, from }: Side): Ddl =>
  ddl`select ${row}.${captured.tenant} as tenant, left(${idOf(captured, row)}, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from ${from}`;

/** TRUNCATE shows no rows: each tenant that had some reads how many. */
export const truncatedRows = ({ tenant, target }: CapturedTable): Ddl =>
  ddl`select t.${tenant} as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from ${target} t group by t.${tenant}`;

const sameRow = ({ tenant, id }: CapturedTable): Ddl => {
  const key = (row: Ddl) =>
    ddl`row(${join([tenant, ...id].map((column) => ddl`${row}.${column}`))})`;
  // not strict, so that a full join stays one: no plan of it compares each row with each
  return ddl`record_image_eq(${key(ddl`o`)}, ${key(ddl`n`)})`;
};

/**
 * A row that kept its id and changed, where a statement changed one row, as most do: nothing to pair,
 * and known before a row is read.
 */
export const oneChangedRow = (captured: CapturedTable): Ddl => ddl`
  select d.tenant, d.rid, ${changes}
  from (
    select ${keyOf(captured, ddl`n`)}, ${changesOf(captured.columns)}
    from new_rows n cross join old_rows o
    where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
      and ${sameRow(captured)}
  ) d
  where ${differ}
`;

const changes = ddl`
  jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
    case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
`;
const differ = ddl`(d.new_plain <> '{}' or d.new_personal <> '{}')`;

/** The row is there: the other half of a pair may have been lost on its way. Not strict either. */
const isThere = ({ row }: Side): Ddl => ddl`coalesce(${row}."tenantry place", 0) > 0`;

const numbered = ({ row, from }: Side): Ddl =>
  ddl`(select *, row_number() over () as "tenantry place" from ${from}) ${row}`;

/**
 * Rows of an update with what was done, of any number of them. Both tables hold the rows of a statement
 * in the order in which it changed them, so their places pair them, whatever key the table has and
 * whichever of its columns changed. A row whose id changed shows as one that went and one that came.
 */
export function updatedRows(captured: CapturedTable, how: Recording): Ddl {
  const same = sameRow(captured);
  const action = (verb: Verb) => literal(actionOf(captured, verb));
  const moved = (verb: Verb, end: Side) => ddl`
    select ${action(verb)}, ${keyOf(captured, end.row)}, ${recordOf(captured.columns, end.side, end.row, how)}
    where not ${same} and ${isThere(end)}
  `;
  return ddl`
    select e.*
    from ${numbered(came)} full join ${numbered(went)} on o."tenantry place" = n."tenantry place"
    cross join lateral (
      select ${action('updated')} as action, ${keyOf(captured, ddl`n`)}, ${changes}
      from (select ${changesOf(captured.columns, how)}) d
      where ${same} and ${differ}
      union all
      ${moved('deleted', went)}
      union all
      ${moved('inserted', came)}
    ) e
  `;
}
