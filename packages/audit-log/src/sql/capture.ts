import { TenantryError } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { type FeatureTable, nameOf, objectName } from '@tenantry/rls/feature';
import { getTableColumns } from 'drizzle-orm';
import type { Captured } from '../schema/marks.ts';
import { changesOf, recordOf } from './capture-columns.ts';
import { type CapturedTable, captureFunction, readOnce, write } from './capture-function.ts';
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
  const id = said.id ?? 'id';
  const kindOf = (column: string) =>
    said.mask.includes(column) ? 'masked' : said.personal.includes(column) ? 'personal' : 'plain';
  const wrong = [id, ...said.exclude, ...said.mask, ...said.personal].find((p) => !(p in all));
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
    id: name(table.property(id)),
    idIsThere: all[id]?.notNull === true,
    resource: said.resource ?? table.name,
    columns: Object.entries(all)
      .filter(([column]) => column !== property && !said.exclude.includes(column))
      .map(([column, { getSQLType }]) => ({
        name: table.property(column),
        type: getSQLType.call(all[column]),
        kind: kindOf(column),
      })),
    functionName: (event) =>
      name('tenantry', objectName('audit_capture', table.schema, table.name, event)),
  };
}

/** Where nothing was changed, nobody has to answer for it; only a strict log would ask. */
const ifAny = (captured: CapturedTable, rows: Ddl, body: Ddl): Ddl =>
  captured.names.strict
    ? ddl`if not exists (select from ${rows}) then return null; end if;
      ${readOnce(captured)}
      ${body}`
    : ddl`${readOnce(captured)}
      ${body}`;

function inserted(captured: CapturedTable): Ddl {
  const { tenant, id, columns } = captured;
  return ifAny(
    captured,
    ddl`new_rows`,
    write(
      captured,
      'inserted',
      ddl`select n.${tenant} as tenant, n.${id}::text as rid, ${recordOf(columns, 'new', ddl`n`)} from new_rows n`,
    ),
  );
}

function deleted(captured: CapturedTable): Ddl {
  const { tenant, id, columns } = captured;
  return ifAny(
    captured,
    ddl`old_rows`,
    write(
      captured,
      'deleted',
      ddl`select o.${tenant} as tenant, o.${id}::text as rid, ${recordOf(columns, 'old', ddl`o`)} from old_rows o`,
    ),
  );
}

/** A row whose id changed shows as one that went and one that came. */
function updated(captured: CapturedTable): Ddl {
  const { tenant, id, columns } = captured;
  const sameRow = ddl`o.${tenant} = n.${tenant} and o.${id} = n.${id}`;
  return ifAny(
    captured,
    ddl`new_rows`,
    ddl`${write(
      captured,
      'updated',
      ddl`select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n.${tenant} as tenant, n.${id}::text as rid, ${changesOf(columns)} from new_rows n join old_rows o on ${sameRow}) d
          where d.new_plain <> '{}' or d.new_personal <> '{}'`,
    )}
      if exists (select from new_rows n where not exists (select from old_rows o where ${sameRow})) then
        ${write(captured, 'deleted', ddl`select o.${tenant} as tenant, o.${id}::text as rid, ${recordOf(columns, 'old', ddl`o`)} from old_rows o where not exists (select from new_rows n where ${sameRow})`)}
        ${write(captured, 'inserted', ddl`select n.${tenant} as tenant, n.${id}::text as rid, ${recordOf(columns, 'new', ddl`n`)} from new_rows n where not exists (select from old_rows o where ${sameRow})`)}
      end if;`,
  );
}

/** TRUNCATE shows no rows: each tenant that had some reads how many. */
function truncated(captured: CapturedTable): Ddl {
  const { tenant, target } = captured;
  return ifAny(
    captured,
    target,
    write(
      captured,
      'truncated',
      ddl`select t.${tenant} as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from ${target} t group by t.${tenant}`,
    ),
  );
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
