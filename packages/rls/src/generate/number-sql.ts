import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, functionsSql, join, literal, name } from '@tenantry/core/sql';
import { dialectOf } from '../dialect/index.ts';
import { hashedName, uniqueName } from '../fragments/names.ts';
import { type DeclaredTable, pathOf } from '../model/table.ts';
import { checkNumbered } from '../numbers/check.ts';
import { fillSql } from '../numbers/fill-sql.ts';
import { forgetSql, keepFunction, sharedNumberSql } from '../numbers/kept-sql.ts';
import { type NumberedColumn, numberedColumn, seriesColumns } from '../numbers/names.ts';
import { numberFunction } from '../numbers/number-function.ts';
import { type Section, section } from './section.ts';

/** What `numbered(t, …)` declares: a section for each table, and one of all of them. */
export function numberSections(tenancy: Tenancy, tables: readonly DeclaredTable[]): Section[] {
  const numbered = tables.filter(({ numbers }) => numbers.length > 0);
  if (numbered.length === 0) return [];
  const tenants = tables.find(({ isolation }) => isolation === 'tenants');
  return [
    section('number:marks', [
      ...sharedNumberSql(tenancy, tables),
      ...(tenants === undefined ? [] : forgetSql(tenancy, tenants)),
    ]),
    ...numbered.map((table) =>
      section(
        `number:${pathOf(table)}`,
        table.numbers.flatMap((number) => {
          checkNumbered(table, number);
          return columnSql(tenancy, numberedColumn(table, number), tenants);
        }),
      ),
    ),
  ];
}

function columnSql(
  tenancy: Tenancy,
  numbered: NumberedColumn,
  tenants: DeclaredTable | undefined,
): Ddl[] {
  const { target, isGiven, number } = numbered;
  const given = numberFunction(tenancy, numbered);
  const kept = keepFunction(tenancy, numbered, tenants);
  const refuse = name(uniqueName('0_tenantry_refuse', number.column));
  // after triggers of the user, which may set the columns that decide a series
  const give = name(uniqueName('zz_tenantry_number', number.column));
  const keep = name(uniqueName('zz_tenantry_keep', number.column));
  return [
    fillSql(dialectOf(tenancy), numbered),
    ...uniqueIndexes(numbered),
    functionsSql([given, kept]),
    ddl`
      create or replace trigger ${refuse} before insert on ${target}
        for each row when (${isGiven}) execute function tenantry.refuse_number(${literal(number.column)});
      create or replace trigger ${give} before insert on ${target}
        for each row execute function ${given.target}();
      create or replace trigger ${keep} after delete on ${target}
        referencing old table as gone for each statement execute function ${kept.target}();
    `,
  ];
}

/** Indexes whose names hold a hash of their definition, so that a changed definition is another index. */
function uniqueIndexes(numbered: NumberedColumn): Ddl[] {
  const { tenant, by, column, counted, number, table } = numbered;
  const wanted = [
    { what: 'number', columns: [tenant, ...by, column], where: ddl`` },
    ...(number.sequence === undefined
      ? []
      : [
          {
            what: 'sequence',
            columns: [tenant, ...seriesColumns(numbered), counted],
            where: ddl` where ${counted} > 0`,
          },
        ]),
  ];
  return wanted.map(({ what, columns, where }) => {
    const list = ddl`(${join(columns)})${where}`;
    const on = ddl`${numbered.target} ${list}`;
    const own = hashedName(`${table.name}_${number.column}_${what}`, on.sql);
    return ddl`create unique index if not exists ${name(own)} on ${on};`;
  });
}
