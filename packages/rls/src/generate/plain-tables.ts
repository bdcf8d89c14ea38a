import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, name } from '@tenantry/core/sql';
import { is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { dialectOf } from '../dialect/index.ts';
import { tableName } from '../model/read-drizzle.ts';
import { pathOf, type TableName } from '../model/table.ts';
import { sourceOf, type TableSource } from '../tables/notes.ts';
import { columnSql } from './column-sql.ts';
import { type Section, section } from './section.ts';
import { wantedKeys } from './wanted-keys.ts';

/**
 * What drizzle-kit writes where there is a Drizzle schema: tables of features, and the keys and indexes
 * that fragments want of the user's own tables.
 */
export function plainSections(
  tenancy: Tenancy,
  schema: Readonly<Record<string, unknown>>,
): Section[] {
  return Object.values(schema).flatMap((table) => {
    if (!is(table, PgTable)) return [];
    const source = sourceOf(table);
    if (source === undefined) return [];
    const of = tableName(table);
    return source.made ? [madeSection(tenancy, of, source)] : keysSection(of, source);
  });
}

/** A table with everything that belongs to it. It is closed in the statement after the first. */
function madeSection(tenancy: Tenancy, table: TableName, { wanted }: TableSource): Section {
  const target = name(table.schema, table.name);
  const columns = join(wanted.columns.map(columnSql), ',\n  ');
  return section(`made:${pathOf(table)}`, [
    { sql: `create table if not exists ${target.sql} (\n  ${columns.sql}\n);` },
    ddl`alter table ${target} ${dialectOf(tenancy).rowSecurity};`,
    ...wantedKeys(table, wanted).map(({ statement }) => statement),
  ]);
}

function keysSection(table: TableName, { wanted, satisfied }: TableSource): Section[] {
  const own = { ...wanted, columns: [] }; // a column that is the key already is one
  const lacking: Ddl[] = wantedKeys(table, own)
    .filter((key) => !satisfied.has(key.name))
    .map(({ statement }) => statement);
  return lacking.length === 0 ? [] : [section(`keys:${pathOf(table)}`, lacking)];
}
