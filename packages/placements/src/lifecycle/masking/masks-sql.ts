import type { Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { ddl, literal, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { FeatureInput, FeatureTable } from '@tenantry/rls/feature';
import { type Mask, maskedMark } from './masked.ts';

/** The masks of a table, by the names of the database. */
export interface MaskedTable {
  readonly schema: string;
  readonly name: string;
  readonly masks: Readonly<Record<string, Mask>>;
}

/** `tenantry.masked_columns()`: the masks that the schema module declares. A command has no schema module. */
export function maskedColumns(tenancy: Tenancy, input: FeatureInput): SqlFunction {
  const tables: MaskedTable[] = input.allMarked(maskedMark).map((table) => ({
    schema: table.schema,
    name: table.name,
    masks: Object.fromEntries(
      Object.entries(table.value as Record<string, Mask>).map(([property, mask]) => [
        fitting(table, table.property(property), mask),
        mask,
      ]),
    ),
  }));
  return sqlFunction(
    ddl`masked_columns() returns jsonb`,
    { volatility: 'stable', callers: [name(tenancy.roles.system)] },
    ddl`
      begin
        return ${literal(JSON.stringify(tables))}::jsonb;
      end
    `,
  );
}

/** @throws TenantryError `CONFIG_INVALID` for a mask that the column cannot hold */
function fitting({ columns, name: table }: FeatureTable, column: string, mask: Mask): string {
  const { type = '', notNull = false } = columns.find((each) => each.name === column) ?? {};
  const isText = /^(text|varchar|character varying|citext|char|character|bpchar)\b/.test(type);
  check(
    !['email', 'name', 'phone', 'text'].includes(mask as string) || isText,
    `masked(t, …) makes a text of ${table}.${column}, which is ${type}.`,
    "Use 'null', { value } or { sql }.",
  );
  check(
    mask !== 'null' || !notNull,
    `masked(t, …) makes ${table}.${column} null, which is not null.`,
    'Use { value } or { sql }.',
  );
  return column;
}
