import { TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { CapturedTable, CapturedTables } from '../../rows/captured.ts';
import { isOwnRow, type TenantTable } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';

/** A table whose rows are brought back. */
export interface Rewindable {
  readonly table: TenantTable;
  /** What the log has of it; undefined for a table that is not audited. */
  readonly captured: CapturedTable | undefined;
}

/** A table that stays as it is. */
export interface LeftTable {
  readonly table: string;
  readonly why: string;
}

/** What the audit log has, as the migrations of this database say. @throws TenantryError `DATABASE_NOT_PREPARED` */
export async function readCaptured(session: Session, schema: string): Promise<CapturedTables> {
  const text = textInSchema(schema, 'select tenantry.captured_tables()::text');
  const [row] = await textRows(session, text).catch((cause) => {
    if ((cause as { code?: string }).code !== '42883') throw cause;
    throw new TenantryError('DATABASE_NOT_PREPARED', {
      found: 'no function captured_tables.',
      fix: 'Run `npx tenantry generate` and your migrations.',
      cause,
    });
  });
  return JSON.parse(row?.[0] ?? 'null') as CapturedTables;
}

/**
 * Which tables are brought back. Who a tenant is, its people, what it pays for and what its members may do
 * are not taken back in time with its data, and the log never is.
 *
 * @param without tables that are left out, with their schema
 */
export function rewindableTables(
  tables: readonly TenantTable[],
  captured: CapturedTables,
  ownSchema: string,
  without: readonly string[],
): { readonly tables: Rewindable[]; readonly left: LeftTable[] } {
  const paths = new Set(tables.map(pathOf));
  const unknown = without.find((each) => !paths.has(each) && !paths.has(tableOf(each)));
  if (unknown !== undefined)
    throw new TenantryError('REWIND_REFUSED', {
      found: `--without ${unknown}, which is no table of a tenant.`,
      fix: 'Name a table with its schema, or one of its columns: public.tasks, public.tasks.seen_at.',
    });
  const ofPackages = new Set(captured.ofPackages.map(pathOf));
  const audited = new Map(captured.tables.map((table) => [pathOf(table), table]));
  const left: LeftTable[] = [];
  const found = tables.flatMap((table): Rewindable[] => {
    const path = pathOf(table);
    const why = whyLeft(table, ownSchema, ofPackages, without);
    if (why === undefined) return [{ table, captured: audited.get(path) }];
    // those in the schema of the packages are nobody's concern
    if (table.schema !== ownSchema) left.push({ table: path, why });
    return [];
  });
  return { tables: found, left };
}

const tableOf = (column: string): string => column.slice(0, column.lastIndexOf('.'));

function whyLeft(
  table: TenantTable,
  ownSchema: string,
  ofPackages: ReadonlySet<string>,
  without: readonly string[],
): string | undefined {
  if (isOwnRow(table)) return 'the tenant itself';
  if (table.belonging === 'person') return 'people';
  if (table.schema === ownSchema || table.appendOnly || ofPackages.has(pathOf(table)))
    return 'of a package';
  if (without.includes(pathOf(table))) return '--without';
  return table.key.length === 0 ? 'no key' : undefined;
}

/** The columns of a table that `--without` names. */
export const columnsWithout = (table: TenantTable, without: readonly string[]): Set<string> =>
  new Set(
    without
      .filter((each) => tableOf(each) === pathOf(table))
      .map((each) => each.slice(each.lastIndexOf('.') + 1)),
  );
