import { TenantryError } from '@tenantry/core';
import { type Ddl, ddl, functionsSql, name, type SqlFunction } from '@tenantry/core/sql';
import { type FeatureTable, functionNameFor, nameOf } from '@tenantry/rls/feature';
import { getTableColumns } from 'drizzle-orm';
import type { Captured } from '../tables/marks.ts';
import { captureFunction } from './capture-function.ts';
import type { CapturedTable } from './capture-rows.ts';
import { shardCaptureFunction, truncationFunction } from './citus/capture-function.ts';
import type { LogNames } from './names.ts';

/** The function of one table, and its triggers. @throws TenantryError `CONFIG_INVALID` */
export function captureSql(names: LogNames, table: FeatureTable, said: Captured): Ddl[] {
  const captured = readCaptured(names, table, said);
  const called = functionNameFor('audit_capture', table);
  const open = names.openToWriter(table);
  if (!names.distributed) {
    const capture = captureFunction(captured, called);
    return [functionsSql([capture]), triggers(captured, capture, open)];
  }
  const capture = shardCaptureFunction(captured, called);
  const truncation = truncationFunction(captured, functionNameFor('audit_truncation', table));
  return [functionsSql([capture, truncation]), triggers(captured, capture, open, truncation)];
}

function readCaptured(names: LogNames, table: FeatureTable, given: Captured): CapturedTable {
  const all = getTableColumns(table.table as never) as Record<
    string,
    { getSQLType(): string; readonly notNull: boolean; readonly generated?: unknown }
  >;
  // a table without a Drizzle schema has its columns under their camelCase too
  const keyOf = (named: string) =>
    Object.keys(all).find((key) => all[key] === (table.table as Record<string, unknown>)[named]) ??
    named;
  const said = {
    exclude: given.exclude.map(keyOf),
    mask: given.mask.map(keyOf),
    personal: given.personal.map(keyOf),
  };
  const { property } = names.tenancy;
  const ids = (given.id ?? ['id']).map(keyOf);
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
    tenantNotNull: tenantColumn?.notNull === true,
    id: ids.map((id) => name(table.property(id))),
    // several columns form an array, which is never null
    idNotNull: ids.length > 1 || all[ids[0] as string]?.notNull === true,
    resource: given.resource ?? table.name,
    columns: Object.entries(all)
      .filter(([column]) => column !== property && !said.exclude.includes(column))
      // a generated column would tell what its source is excluded or masked for
      .filter(([column, { generated }]) => generated === undefined || kindOf(column) !== 'plain')
      .map(([column, { getSQLType }]) => ({
        name: table.property(column),
        type: getSQLType.call(all[column]),
        kind: kindOf(column),
      })),
  };
}

const triggers = (
  { target, names: { writer } }: CapturedTable,
  { target: capture }: SqlFunction,
  openToWriter: Ddl,
  { target: truncation }: Pick<SqlFunction, 'target'> = { target: capture },
): Ddl => ddl`
  grant select on ${target} to ${writer};
  ${openToWriter}
  create or replace trigger tenantry_audit_insert after insert on ${target}
    referencing new table as new_rows for each statement execute function ${capture}();
  create or replace trigger tenantry_audit_update after update on ${target}
    referencing old table as old_rows new table as new_rows for each statement execute function ${capture}();
  create or replace trigger tenantry_audit_delete after delete on ${target}
    referencing old table as old_rows for each statement execute function ${capture}();
  create or replace trigger tenantry_audit_truncate before truncate on ${target}
    for each statement execute function ${truncation}();
`;
