import { createHash } from 'node:crypto';
import { TenantryError } from '@tenantry/core';
import type { TenantTable } from '../rows/index.ts';

/** The version of the form that is written here. */
export const formatVersion = 1;

/** A table in an export. */
export interface ExportedTable {
  readonly schema: string;
  readonly name: string;
  /** The file with its rows, one JSON array of texts and nulls a line. */
  readonly file: string;
  readonly rows: number;
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** `manifest.json`: what an export has. */
export interface Manifest {
  readonly format: number;
  /** The word of the tenancy: `organization`. */
  readonly tenancy: string;
  /** The id of the tenant. */
  readonly tenant: string;
  readonly exportedAt: string;
  /** The version of PostgreSQL that it comes from. */
  readonly server: string;
  /** Of names and types of all tables, in hexadecimal digits: equal for databases with the same tables. */
  readonly schema: string;
  /** Whether values were masked. Default: false. */
  readonly masked?: boolean;
  /** Parents come first. */
  readonly tables: readonly ExportedTable[];
}

/** The columns that are written into an export. */
export const written = ({ columns }: TenantTable) => columns.filter(({ generated }) => !generated);

/** The fingerprint of the tables of a tenant. */
export function schemaOf(tables: readonly TenantTable[]): string {
  const shape = tables.map((table) => [
    table.schema,
    table.name,
    written(table).map(({ name, type }) => [name, type]),
  ]);
  return createHash('sha256').update(JSON.stringify(shape.sort())).digest('hex');
}

/**
 * Reads a manifest; what is in it comes from a file and is not trusted.
 * @throws TenantryError `EXPORT_INVALID`
 */
export function readManifest(text: string): Manifest {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw new TenantryError('EXPORT_INVALID', { found: 'a manifest.json that is no JSON', cause });
  }
  const { format } = (read ?? {}) as Partial<Manifest>;
  if (format !== formatVersion) {
    throw new TenantryError('EXPORT_INVALID', {
      found: `format ${JSON.stringify(format)} where ${formatVersion} is read`,
      fix: 'Use the version of Tenantry that wrote it.',
    });
  }
  if (!isManifest(read)) {
    throw new TenantryError('EXPORT_INVALID', { found: 'a manifest.json without its form' });
  }
  return read;
}

const texts = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');

const isManifest = (value: unknown): value is Manifest =>
  texts(value, 'tenancy', 'tenant', 'exportedAt', 'server', 'schema') &&
  Array.isArray((value as Manifest).tables) &&
  (value as Manifest).tables.every(
    (table) =>
      texts(table, 'schema', 'name', 'file', 'sha256') &&
      // a file of the folder, never one beside it
      /^[\w.$-]+\.ndjson$/.test(table.file) &&
      /^[0-9a-f]{64}$/.test(table.sha256) &&
      Number.isSafeInteger(table.rows) &&
      Array.isArray(table.columns) &&
      table.columns.every((column) => texts(column, 'name', 'type')),
  );
