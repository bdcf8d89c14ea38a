import { createHash } from 'node:crypto';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../../rows/index.ts';
import type { TextRow } from '../client.ts';
import type { ExportedTable } from '../manifest.ts';
import { staysBehind } from '../stays-behind.ts';

/** What {@link renaming} takes besides. */
interface RenamingOptions {
  readonly set?: Readonly<Record<string, string | null>> | undefined;
  /** Whether rows of a table are imported. */
  readonly travels: (table: TenantTable) => boolean;
}

type Change = (value: string | null) => string | null;

/** How rows change when they are imported under another id. */
export interface Renaming {
  /** Tables that do not travel to another id. */
  readonly without: readonly string[];
  rows(
    table: TenantTable,
    exported: ExportedTable,
    rows: AsyncIterable<TextRow>,
  ): AsyncIterable<TextRow>;
}

/**
 * Rows that get another tenant: its id in each tenant column and in what refers to it. A uuid that is a key
 * by itself would be there twice in one database; it becomes another one, and so does what refers to it.
 * The audit log and the secrets of API keys stay behind: the log is that of the other tenant.
 *
 * @throws TenantryError `IMPORT_REFUSED` for a key that is a number by itself
 */
export function renaming(
  tables: readonly TenantTable[],
  before: string,
  after: string,
  { schema: ownSchema }: Tenancy,
  { set = {}, travels }: RenamingOptions,
): Renaming {
  const changes = new Map<string, Map<string, Change>>(
    tables.map((table) => [pathOf(table), new Map()]),
  );
  const renamed = before !== after;
  const without = renamed
    ? tables.filter((table) => staysBehind(table, ownSchema)).map(pathOf)
    : [];
  const toTenant: Change = (value) => (value === before ? after : value);
  const toOther: Change = (value) => (value === null ? null : otherUuid(after, value));
  for (const table of renamed ? tables : []) {
    const own = changes.get(pathOf(table)) as Map<string, Change>;
    if (table.tenantColumn !== undefined) own.set(table.tenantColumn, toTenant);
    const follow = () => {
      for (const { columns, to, toColumns } of table.references) {
        for (const [i, column] of columns.entries()) {
          const change = changes.get(pathOf(to))?.get(toColumns[i] ?? '');
          if (change !== undefined) own.set(column, change);
        }
      }
    };
    follow();
    const isOwn = table.key.length === 0 || table.key.some((column) => own.has(column));
    if (isOwn || table.belonging === 'person' || without.includes(pathOf(table))) continue;
    if (!travels(table)) continue;
    const [key = ''] = table.key;
    if (table.columns.find(({ name }) => name === key)?.type !== 'uuid' || table.key.length > 1) {
      throw new TenantryError('IMPORT_REFUSED', {
        found: `the key of ${pathOf(table)} is neither by tenant nor a uuid, so it cannot get another value.`,
        fix: 'Leave the table out with --without, or import into another database under the same id.',
      });
    }
    own.set(key, toOther);
    follow();
  }
  const tenants = tables.find(({ belonging }) => belonging === 'tenant');
  for (const [column, value] of Object.entries(set)) {
    changes.get(tenants === undefined ? '' : pathOf(tenants))?.set(column, () => value);
  }
  return {
    without,
    rows(table, exported, rows) {
      const own = changes.get(pathOf(table));
      return own === undefined || own.size === 0 ? rows : changed(exported, rows, own);
    },
  };
}

async function* changed(
  { columns }: ExportedTable,
  rows: AsyncIterable<TextRow>,
  own: ReadonlyMap<string, Change>,
): AsyncGenerator<TextRow> {
  const each = columns.map(({ name }) => own.get(name));
  for await (const row of rows) {
    yield row.map((value, i) => each[i]?.(value) ?? (each[i] === undefined ? value : null));
  }
}

/** The same for the same tenant and value: rows that refer to each other still do. */
function otherUuid(tenant: string, value: string): string {
  const hex = createHash('sha256').update(`${tenant} ${value}`).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
