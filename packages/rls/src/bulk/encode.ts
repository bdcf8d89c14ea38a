import { TenantryError } from '@tenantry/core';
import { is, SQL } from 'drizzle-orm';
import { nestedLiteral } from './array-literal.ts';

/** The part of a Drizzle column that a bulk insert needs; the same on 0.45 and 1.0. */
export interface BulkColumn {
  readonly name: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly default: unknown;
  readonly defaultFn: (() => unknown) | undefined;
  readonly onUpdateFn: (() => unknown) | undefined;
  readonly enum?: { readonly enumName: string; readonly schema: string | undefined };
  readonly dimensions?: number;
  getSQLType(): string;
  mapToDriverValue(value: unknown): unknown;
}

/**
 * The number of array dimensions of a column, 0 when it is not an array. An array cannot be an element of
 * the parameter array, because unnest expands all dimensions.
 */
export const dimensionsOf = (column: BulkColumn): number =>
  // 1.0 counts them, 0.45 writes them into the type.
  column.dimensions || column.getSQLType().split('[').length - 1;

/** Returns the function that writes the values of a column as PostgreSQL text. */
export function encoderOf(column: BulkColumn): (value: unknown) => string | null {
  const isJson = /^jsonb?/.test(column.getSQLType());
  const element = isJson ? (item: unknown) => JSON.stringify(item) ?? null : text;
  const dimensions = dimensionsOf(column);
  return (value) => {
    if (value === null || value === undefined) return null;
    if (typeof value === 'object') refuseSql(column, value);
    const driverValue = isJson ? value : column.mapToDriverValue(value);
    if (dimensions === 0) return element(driverValue);
    // Drizzle 0.45 writes the array itself, 1.0 leaves it to the driver.
    return Array.isArray(driverValue)
      ? nestedLiteral(driverValue, dimensions, element)
      : text(driverValue);
  };
}

function refuseSql(column: BulkColumn, value: object): void {
  if (!(value instanceof Object) || !is(value, SQL)) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `a bulk insert with SQL as the value of ${column.name}.`,
    fix: 'Pass a plain value, or leave the column to its default in every row.',
  });
}

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
