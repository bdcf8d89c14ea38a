import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { DeclaredTable, NumberModel } from '../model/table.ts';

/** A numbered column of a table, with its names as pieces of SQL. */
export interface NumberedColumn {
  readonly table: DeclaredTable;
  readonly number: NumberModel;
  readonly target: Ddl;
  readonly tenant: Ddl;
  readonly column: Ddl;
  /** The column that counts: the number itself, or a part of its text. */
  readonly counted: Ddl;
  readonly period: Ddl | undefined;
  readonly by: readonly Ddl[];
  /** Whether the row `new` comes with a number. */
  readonly isGiven: Ddl;
  /** Whether a row that is there has none. */
  readonly isMissing: Ddl;
}

export function numberedColumn(table: DeclaredTable, number: NumberModel): NumberedColumn {
  const column = name(number.column);
  const none = number.pattern === undefined ? ddl`0` : ddl`''`;
  return {
    table,
    number,
    target: name(table.schema, table.name),
    tenant: name(table.tenantColumn ?? ''),
    column,
    counted: name(number.sequence ?? number.column),
    period: number.period === undefined ? undefined : name(number.period),
    by: number.by.map((each) => name(each)),
    isGiven: ddl`new.${column} <> ${none}`,
    isMissing: ddl`${column} is null or ${column} = ${none}`,
  };
}

/** The columns of a series after the tenant: each value of them counts from 1. */
export const seriesColumns = ({ by, period }: NumberedColumn): Ddl[] => [
  ...by,
  ...(period === undefined ? [] : [period]),
];

/**
 * A series within its tenant, as one text: `"public"."invoices"."number"(2026)`.
 * @param inPeriod the period, where the row does not have it yet
 */
export function seriesOf(numbered: NumberedColumn, row: Ddl, inPeriod?: Ddl): Ddl {
  const { table, number, by, period } = numbered;
  const path = name(table.schema, table.name, number.column).sql;
  const columns = [
    ...by.map((column) => ddl`${row}.${column}`),
    ...(period === undefined ? [] : [inPeriod ?? ddl`${row}.${period}`]),
  ];
  if (columns.length === 0) return literal(path);
  return ddl`${literal(path)} || row(${join(columns)})::text`;
}

/** Whether two rows are of the same series of the same tenant. */
export const sameSeries = (numbered: NumberedColumn, left: Ddl, right: Ddl): Ddl =>
  join(
    [numbered.tenant, ...seriesColumns(numbered)].map(
      (column) => ddl`${left}.${column} = ${right}.${column}`,
    ),
    ' and ',
  );
