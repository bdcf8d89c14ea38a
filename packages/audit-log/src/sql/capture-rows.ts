import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { type CapturedColumn, changesOf, type Recording, recordOf } from './capture-columns.ts';
import type { LogNames } from './names.ts';

/** A table with `audited(t)`, with names as they are in the database. */
export interface CapturedTable {
  readonly names: LogNames;
  readonly target: Ddl;
  readonly tenant: Ddl;
  /** Whether the tenant column is not null. */
  readonly tenantNotNull: boolean;
  /** The columns that identify a row within its tenant. */
  readonly id: readonly Ddl[];
  /** Whether the id is never null. */
  readonly idNotNull: boolean;
  readonly resource: string;
  readonly columns: readonly CapturedColumn[];
}

export type Verb = 'inserted' | 'updated' | 'deleted' | 'truncated';

/** The action of an entry. */
export const actionOf = ({ resource }: CapturedTable, verb: Verb): string => `${resource}.${verb}`;

/** The rows of a statement before or after it. */
export interface Side {
  readonly side: 'old' | 'new';
  readonly row: Ddl;
  readonly from: Ddl;
}
export const newRow: Side = { side: 'new', row: ddl`n`, from: ddl`new_rows n` };
export const oldRow: Side = { side: 'old', row: ddl`o`, from: ddl`old_rows o` };

/** The id of a row: a text, or a JSON array of texts where it is made of several columns. */
const idOf = ({ id }: CapturedTable, row: Ddl): Ddl => {
  const texts = id.map((column) => ddl`${row}.${column}::text`);
  return texts.length === 1 ? join(texts) : ddl`jsonb_build_array(${join(texts)})::text`;
};

const keyOf = (captured: CapturedTable, row: Ddl): Ddl =>
  ddl`${row}.${captured.tenant} as tenant, ${idOf(captured, row)} as rid`;

/** Inserted or deleted rows: `(tenant, rid, metadata, personal)`, like all rows below. */
export const fullRows = (captured: CapturedTable, { side, row, from }: Side, how: Recording): Ddl =>
  ddl`select ${keyOf(captured, row)}, ${recordOf(captured.columns, side, row, how)} from ${from}`;

/** The ids of the rows, without their values. */
export const idRows = (captured: CapturedTable, { row, from }: Side): Ddl =>
  ddl`select ${row}.${captured.tenant} as tenant, left(${idOf(captured, row)}, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from ${from}`;

/** TRUNCATE has no transition tables: the entry of each tenant has its number of rows. */
export const truncatedRows = ({ tenant, target }: CapturedTable): Ddl =>
  ddl`select t.${tenant} as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from ${target} t group by t.${tenant}`;

const sameRow = ({ tenant, id }: CapturedTable): Ddl => {
  const key = (row: Ddl) =>
    ddl`row(${join([tenant, ...id].map((column) => ddl`${row}.${column}`))})`;
  // not strict, so that PostgreSQL keeps the full join, which it never runs as a nested loop
  return ddl`record_image_eq(${key(ddl`o`)}, ${key(ddl`n`)})`;
};

/**
 * The row of an update of one row, if its id is the same and it changed. Most updates are such; no rows
 * have to be paired.
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

/** Whether this side of a pair exists: a trigger may have removed the other side. Not strict either. */
const isThere = ({ row }: Side): Ddl => ddl`coalesce(${row}."tenantry place", 0) > 0`;

const numbered = ({ row, from }: Side): Ddl =>
  ddl`(select *, row_number() over () as "tenantry place" from ${from}) ${row}`;

/**
 * The rows of an update of any number of rows, with their actions. Both transition tables have the rows
 * in the order in which the statement changed them, so rows are paired by position, with any key and any
 * changed columns. A row whose id changed is recorded as deleted and inserted.
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
    from ${numbered(newRow)} full join ${numbered(oldRow)} on o."tenantry place" = n."tenantry place"
    cross join lateral (
      select ${action('updated')} as action, ${keyOf(captured, ddl`n`)}, ${changes}
      from (select ${changesOf(captured.columns, how)}) d
      where ${same} and ${differ}
      union all
      ${moved('deleted', oldRow)}
      union all
      ${moved('inserted', newRow)}
    ) e
  `;
}
