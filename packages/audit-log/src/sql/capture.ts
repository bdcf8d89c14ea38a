import { TenantryError } from '@tenantry/core';
import { type Ddl, ddl, join, name } from '@tenantry/core/sql';
import { type FeatureTable, nameOf, objectName } from '@tenantry/rls/feature';
import { getTableColumns } from 'drizzle-orm';
import type { Captured } from '../schema/marks.ts';
import { changesOf, type Recording, recordOf } from './capture-columns.ts';
import {
  type CapturedTable,
  type CaptureSteps,
  captureFunction,
  failed,
  readOnce,
  type Verb,
  write,
} from './capture-function.ts';
import type { LogNames } from './names.ts';

/** The triggers of one table. @throws TenantryError `CONFIG_INVALID` */
export function captureSql(names: LogNames, table: FeatureTable, said: Captured): Ddl[] {
  const captured = readCaptured(names, table, said);
  return [
    captureFunction(captured, 'insert', inserted(captured)),
    captureFunction(captured, 'update', updated(captured)),
    captureFunction(captured, 'delete', deleted(captured)),
    captureFunction(captured, 'truncate', truncated(captured)),
    triggers(captured),
  ];
}

function readCaptured(names: LogNames, table: FeatureTable, said: Captured): CapturedTable {
  const all = getTableColumns(table.table as never) as Record<
    string,
    { getSQLType(): string; readonly notNull: boolean }
  >;
  const { property } = names.tenancy;
  const ids = said.id ?? ['id'];
  const tenantColumn = Object.entries(all).find(
    ([key]) => table.property(key) === table.tenantColumn,
  )?.[1];
  const kindOf = (column: string) =>
    said.mask.includes(column) ? 'masked' : said.personal.includes(column) ? 'personal' : 'plain';
  const wrong = [...ids, ...said.exclude, ...said.mask, ...said.personal].find((p) => !(p in all));
  if (wrong !== undefined || table.tenantColumn === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `audited(t) on table ${nameOf(table.table)}, which has no property ${wrong ?? property}.`,
      fix:
        wrong === undefined
          ? 'An entry belongs to a tenant: capture tables that have the tenant column, or the table of tenants.'
          : 'Name the column of the id, and columns of the table: audited(t, { id: "userId" }).',
    });
  }
  return {
    names,
    target: name(table.schema, table.name),
    tenant: name(table.tenantColumn),
    tenantIsThere: tenantColumn?.notNull === true,
    id: ids.map((id) => name(table.property(id))),
    // several columns form an array, which is never null
    idIsThere: ids.length > 1 || all[ids[0] as string]?.notNull === true,
    resource: said.resource ?? table.name,
    columns: Object.entries(all)
      .filter(([column]) => column !== property && !said.exclude.includes(column))
      .map(([column, { getSQLType }]) => ({
        name: table.property(column),
        type: getSQLType.call(all[column]),
        kind: kindOf(column),
      })),
    functionName: (event) =>
      ddl`tenantry.${name(objectName('audit_capture', table.schema, table.name, event))}`,
  };
}

/**
 * Runs the body only when rows were changed, so that a strict log does not require an actor for an empty
 * change.
 */
const ifAny = (captured: CapturedTable, rows: Ddl, body: Ddl): Ddl =>
  captured.names.strict
    ? ddl`if not exists (select from ${rows}) and coalesce(current_setting($name$tenantry.audit_try$name$, true), '') <> 'on' then return null; end if;
      ${readOnce(captured)}
      ${body}`
    : ddl`${readOnce(captured)}
      ${body}`;

/** The id of a row: a text, or a JSON array of texts for several columns. */
const idOf = ({ id }: CapturedTable, row: Ddl): Ddl => {
  const texts = id.map((column) => ddl`${row}.${column}::text`);
  return texts.length === 1 ? join(texts) : ddl`jsonb_build_array(${join(texts)})::text`;
};

type Side = readonly [verb: Verb, side: 'old' | 'new', row: Ddl];
const came: Side = ['inserted', 'new', ddl`n`];
const went: Side = ['deleted', 'old', ddl`o`];

/** Entries of inserted or deleted rows. */
function whole(captured: CapturedTable, [verb, side, row]: Side, how: Recording, from: Ddl): Ddl {
  const { tenant, columns } = captured;
  const noted =
    how === 'text' ? ddl`metadata || ${failed} as metadata, personal` : ddl`metadata, personal`;
  const record = ddl`select ${row}.${tenant} as tenant, ${idOf(captured, row)} as rid, ${recordOf(columns, side, row, how)} from ${from}`;
  return write(
    captured,
    verb,
    how === 'text' ? ddl`select tenant, rid, ${noted} from (${record}) t` : record,
  );
}

const bare = (captured: CapturedTable, verb: Verb, row: Ddl, from: Ddl): Ddl =>
  write(
    captured,
    verb,
    ddl`select ${row}.${captured.tenant} as tenant, left(${idOf(captured, row)}, 200) as rid, ${failed} as metadata, null::jsonb as personal from ${from}`,
  );

function inserted(captured: CapturedTable): CaptureSteps {
  const from = ddl`new_rows n`;
  return {
    typed: ifAny(captured, ddl`new_rows`, whole(captured, came, 'typed', from)),
    text: whole(captured, came, 'text', from),
    bare: bare(captured, 'inserted', ddl`n`, from),
    rows: ddl`new_rows`,
  };
}

function deleted(captured: CapturedTable): CaptureSteps {
  const from = ddl`old_rows o`;
  return {
    typed: ifAny(captured, ddl`old_rows`, whole(captured, went, 'typed', from)),
    text: whole(captured, went, 'text', from),
    bare: bare(captured, 'deleted', ddl`o`, from),
    rows: ddl`old_rows`,
  };
}

const sameRow = ({ tenant, id }: CapturedTable): Ddl => {
  const key = (row: Ddl) =>
    ddl`row(${join([tenant, ...id].map((column) => ddl`${row}.${column}`))})`;
  // not strict, so that the full join is kept and no plan compares every row with every other
  return ddl`record_image_eq(${key(ddl`o`)}, ${key(ddl`n`)})`;
};

/** Above this number of rows the ids are not collected, because an array has a size limit. */
const manyRows: Ddl = { sql: '1000000' };

/**
 * Both transition tables contain the rows in the order of their change, so their positions pair them,
 * independent of the key and of the changed columns.
 */
const byPlace: Ddl = ddl`(select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place"`;

/** Whether the row exists; the other half of a pair may be missing. Not strict either. */
const isThere = (row: Ddl): Ddl => ddl`coalesce(${row}."tenantry place", 0) > 0`;

/** Whether ids have moved: the rows have different ids at the same positions. */
const moved = (captured: CapturedTable): Ddl =>
  ddl`exists (select from new_rows offset ${manyRows}) or (select array_agg(${keyText(captured, ddl`n`)}) from new_rows n)
        is distinct from (select array_agg(${keyText(captured, ddl`o`)}) from old_rows o)`;

/** The frequent case of one row, which needs no pairing and is known before a row is read. */
const oneRow = ddl`new_rows n cross join old_rows o
            where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)`;

/** Tenant and id as one unique text. */
function keyText(captured: CapturedTable, row: Ddl): Ddl {
  const { names, tenant, id, idIsThere, tenantIsThere } = captured;
  const columns = [tenant, ...id].map((column) => ddl`${row}.${column}`);
  const plain = names.tenancy.id === 'uuid' && id.length === 1 && idIsThere && tenantIsThere;
  // null and an empty text are different ids
  const textOf = (column: Ddl) =>
    ddl`case when ${column} is distinct from null then format('%s', ${column}) end`;
  return plain
    ? ddl`concat(${join(columns)}) collate "C"`
    : ddl`jsonb_build_array(${join(columns.map(textOf))})::text collate "C"`;
}

function updated(captured: CapturedTable): CaptureSteps {
  return {
    // found: one row that kept its id and changed; a separate check first would cost more than this step
    typed: ifAny(
      captured,
      ddl`new_rows`,
      ddl`${changed(captured, 'typed', ddl`${oneRow} and ${sameRow(captured)}`)}
      if not found then
      ${updates(captured, 'typed')}
      end if;`,
    ),
    text: updates(captured, 'text'),
    bare: bare(captured, 'updated', ddl`n`, ddl`new_rows n`),
    rows: ddl`new_rows`,
  };
}

/** Entries of changed rows that kept their id. */
function changed(captured: CapturedTable, how: Recording, from: Ddl): Ddl {
  const { tenant, columns } = captured;
  const noted = how === 'text' ? ddl` || ${failed}` : ddl``;
  return write(
    captured,
    'updated',
    ddl`select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain)${noted} as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n.${tenant} as tenant, ${idOf(captured, ddl`n`)} as rid, ${changesOf(columns, how)} from ${from}) d
          where d.new_plain <> '{}' or d.new_personal <> '{}'`,
  );
}

/** A row whose id changed is recorded as a deleted and an inserted row. */
function updates(captured: CapturedTable, how: Recording): Ddl {
  const same = sameRow(captured);
  const of = (row: Ddl) => ddl`${byPlace} where not ${same} and ${isThere(row)}`;
  return ddl`${changed(captured, how, ddl`${byPlace} where ${same}`)}
      if ${moved(captured)} then
        ${whole(captured, went, how, of(ddl`o`))}
        ${whole(captured, came, how, of(ddl`n`))}
      end if;`;
}

/** TRUNCATE has no rows: each affected tenant gets the number of its rows. */
function truncated(captured: CapturedTable): CaptureSteps {
  const { tenant, target } = captured;
  const counted = (noted: Ddl) =>
    write(
      captured,
      'truncated',
      ddl`select t.${tenant} as tenant, null::text as rid, jsonb_build_object('rows', count(*))${noted} as metadata, null::jsonb as personal from ${target} t group by t.${tenant}`,
    );
  const again = counted(ddl` || ${failed}`);
  return { typed: ifAny(captured, target, counted(ddl``)), text: again, bare: again, rows: target };
}

function triggers({ target, functionName, names: { writer } }: CapturedTable): Ddl {
  return ddl`
    grant select on ${target} to ${writer};
    create or replace trigger tenantry_audit_insert after insert on ${target}
      referencing new table as new_rows for each statement execute function ${functionName('insert')}();
    create or replace trigger tenantry_audit_update after update on ${target}
      referencing old table as old_rows new table as new_rows for each statement execute function ${functionName('update')}();
    create or replace trigger tenantry_audit_delete after delete on ${target}
      referencing old table as old_rows for each statement execute function ${functionName('delete')}();
    create or replace trigger tenantry_audit_truncate before truncate on ${target}
      for each statement execute function ${functionName('truncate')}();
  `;
}
