import { TenantryError } from '@tenantry/core';
import { check, checkOptions, checkType, typeName } from '@tenantry/core/errors';
import { defaultSchema, textInSchema } from '@tenantry/core/sql';
import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { type Casing, columnName } from '../casing.ts';
import { nameOf } from '../fragments/drizzle.ts';
import { readNote } from '../fragments/read-note.ts';
import { arrayLiteral } from './array-literal.ts';
import { type BulkColumn, dimensionsOf, encoderOf } from './encode.ts';

/** The part of a Drizzle table that an insert needs. */
export interface InsertableTable {
  readonly $inferInsert: object;
}

/** What `bulkInsert(table, rows, options)` takes. */
export interface BulkInsertOptions {
  /** The `casing` that `drizzle()` was given, if any. */
  readonly casing?: Casing;
}

/**
 * Inserts any number of rows with one statement whose text does not depend on their number: one array
 * parameter per column. Under row-level security this is the fastest insert, because COPY FROM is refused
 * and multi-row VALUES needs a parameter for every value.
 *
 * Columns that no row sets get the database default. A column that only some rows set is null in the
 * others, so it must not have a default. The tenant is the current one, read once; as a default it would
 * be read for every row.
 *
 * On Citus it ends with RETURNING, unless more follows it: without one the rows would be copied, which
 * row-level security refuses.
 *
 * Emits
 * ```sql
 * insert into projects (name, budget, organization_id) select r.c0, r.c1, (select tenantry.current_tenant())
 * from unnest($1::text[], $2::integer[]) r (c0, c1)
 * ```
 * @param rows the rows, as for Drizzle's `insert(table).values(rows)`, without SQL values.
 * @returns SQL for `db.execute`; more can follow it: `` sql`${bulkInsert(projects, rows)} returning id` ``.
 * @throws TenantryError `CONFIG_INVALID` for SQL among the values, an unknown property, or a default
 *   that only some rows override.
 * @example
 * ```ts
 * await db.execute(bulkInsert(projects, [{ name: 'Roadmap' }, { name: 'Launch' }]));
 * ```
 */
export function bulkInsert<T extends InsertableTable>(
  table: T,
  rows: readonly T['$inferInsert'][],
  options: BulkInsertOptions = {},
): SQL {
  check(
    table === Object(table) && typeof nameOf(table) === 'string',
    `table of bulkInsert of type ${typeName(table)}`,
    'Pass a table of the schema.',
  );
  checkType(rows, 'array', 'rows of bulkInsert');
  for (const row of rows) checkType(row, 'object', 'a row of bulkInsert');
  checkOptions('bulkInsert', options, { casing: 'string?' });
  if (rows.length === 0) return sql`select where false`;
  const all = getTableColumns(table as never) as Readonly<Record<string, BulkColumn>>;
  const values = columnValues(nameOf(table), all, rows as readonly Record<string, unknown>[]);
  const columns = [...values.keys()];
  const list = (piece: (column: BulkColumn, i: number) => SQL) =>
    sql.join(columns.map(piece), sql`, `);
  const alias = (i: number) => sql.identifier(`c${i}`);
  const selected = list((column, i) =>
    dimensionsOf(column) > 0 ? sql`r.${alias(i)}::${arrayType(column)}` : sql`r.${alias(i)}`,
  );
  const arrays = list((column) => {
    const literal = arrayLiteral(values.get(column) ?? []);
    return sql`${sql.param(literal)}::${dimensionsOf(column) > 0 ? sql`text` : elementType(column)}[]`;
  });
  const names = list((column) => sql`${sql.identifier(columnName(column, options.casing))}`);
  const tenant = tenantColumn(table, columns, options);
  const [into, value] =
    tenant === undefined
      ? [names, selected]
      : [
          sql`${names}, ${sql.identifier(tenant.name)}`,
          sql`${selected}, (select ${sql.raw(currentTenant(tenant.schema))})`,
        ];
  const insert = sql`insert into ${table as unknown as SQL} (${into}) select ${value} from unnest(${arrays}) r (${list((_, i) => sql`${alias(i)}`)})`;
  return readNote(table as never)?.dialect === 'citus' ? returningAlone(insert) : insert;
}

/** A statement that returns something where it is the whole one: `toQuery` is not asked of a part. */
const returningAlone = (insert: SQL): SQL => {
  const whole = sql`${sql.join([...insert.queryChunks])} returning 1`;
  return Object.assign(insert, { toQuery: whole.toQuery.bind(whole) });
};

const currentTenant = (schema: string) => textInSchema(schema, 'tenantry.current_tenant()');

/** The tenant column of a table, when no row sets it, and the schema of its tenancy. */
function tenantColumn(
  table: InsertableTable,
  given: readonly BulkColumn[],
  { casing }: BulkInsertOptions,
): { readonly name: string; readonly schema: string } | undefined {
  const note = readNote(table as never);
  if (note?.kind !== 'scoped' || note.tenantColumn === undefined) return undefined;
  const name = columnName(note.tenantColumn, casing);
  return given.some((column) => columnName(column, casing) === name)
    ? undefined
    : { name, schema: note.schema ?? defaultSchema };
}

/** A property of a row that the table does not have. */
function unknownProperty(
  columns: object,
  rows: readonly Readonly<Record<string, unknown>>[],
): string | undefined {
  for (const row of rows) {
    for (const key of Object.keys(row)) if (!Object.hasOwn(columns, key)) return key;
  }
  return undefined;
}

/** The values of each column that at least one row sets, as text. */
function columnValues(
  table: string,
  columns: Readonly<Record<string, BulkColumn>>,
  rows: readonly Readonly<Record<string, unknown>>[],
): Map<BulkColumn, (string | null)[]> {
  const unknown = unknownProperty(columns, rows);
  if (unknown !== undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `a bulk insert with a property ${JSON.stringify(unknown)} that table ${table} does not have.`,
      fix: 'Use the properties of the Drizzle table.',
    });
  }
  const values = new Map<BulkColumn, (string | null)[]>();
  for (const [property, column] of Object.entries(columns)) {
    // The same as Drizzle's own insert for a missing value.
    const fill = column.defaultFn ?? (column.default === undefined ? column.onUpdateFn : undefined);
    const given = rows.map((row) => row[property] ?? (row[property] === null ? null : fill?.()));
    const missing = given.filter((value) => value === undefined).length;
    if (missing === rows.length) continue;
    if (missing > 0 && column.hasDefault) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `a bulk insert in which ${missing} of ${rows.length} rows leave ${property} of table ${table} to its default.`,
        fix: `Give ${property} in every row or in none; or insert the two kinds of rows apart.`,
      });
    }
    values.set(column, given.map(encoderOf(column)));
  }
  if (values.size > 0) return values;
  throw new TenantryError('CONFIG_INVALID', {
    found: `a bulk insert into table ${table} in which no row has a value.`,
    fix: 'Give at least one column a value.',
  });
}

const serial: Readonly<Record<string, string>> = {
  serial: 'integer',
  bigserial: 'bigint',
  smallserial: 'smallint',
};

/**
 * The type of a column without its modifier: a cast to varchar(3) would silently truncate a longer value,
 * but an insert raises an error.
 */
function elementType(column: BulkColumn): SQL {
  const { enum: named } = column;
  if (named !== undefined) {
    const schema = named.schema === undefined ? sql`` : sql`${sql.identifier(named.schema)}.`;
    return sql`${schema}${sql.identifier(named.enumName)}`;
  }
  const type = column.getSQLType().replace(/\([^)]*\)|\[\d*\]/g, '');
  return sql.raw(serial[type] ?? type);
}

const arrayType = (column: BulkColumn): SQL => sql`${elementType(column)}[]`;
