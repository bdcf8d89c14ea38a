import {
  joinStatements,
  name,
  runStatement,
  type SqlStatement,
  statement,
} from '@tenantry/core/sql';
import { type EntryRow, entryColumns } from '../read/columns.ts';
import { constant } from '../read/constant.ts';
import type { Place } from '../read/cursor.ts';
import type { Source } from '../read/source.ts';

/** The tenants that have entries, one index search each. */
export async function* tenantsOf({ db, tenancy, table, scope }: Source): AsyncGenerator<string> {
  if (scope.tenant !== undefined) {
    yield scope.tenant;
    return;
  }
  const column = name(tenancy.column);
  for (let last: string | undefined; ; ) {
    const where: SqlStatement =
      last === undefined ? statement`true` : statement`l.${column} > ${last}`;
    const next = statement`select l.${column}::text as tenant from ${name(...table)} l where ${where} order by l.${column} limit 1`;
    const [row] = await runStatement<{ tenant: string }>(db, next);
    if (row === undefined) return;
    yield row.tenant;
    last = row.tenant;
  }
}

/**
 * The target size of a page's metadata, in characters: after a larger page the next ones get smaller,
 * after a page of less than a quarter larger.
 */
const mostMetadata = 2_000_000;

/**
 * The entries of a tenant in order of time, in pages of at most `pageSize`; no transaction stays open
 * between pages.
 */
export async function* pagesOf(
  { db, tenancy, table, scope }: Source,
  tenant: string,
  where: readonly SqlStatement[],
  pageSize: number,
): AsyncGenerator<readonly EntryRow[]> {
  let last: Place | undefined;
  for (let size = pageSize; ; ) {
    const behind =
      last === undefined
        ? []
        : [
            statement`created_at >= ${last.createdAt}::timestamptz`,
            statement`(created_at, id) > (${last.createdAt}::timestamptz, ${last.id}::uuid)`,
          ];
    const all = joinStatements(
      [statement`${name(tenancy.column)} = ${tenant}`, ...where, ...behind],
      ' and ',
    );
    const page = statement`select ${entryColumns(tenancy)} from ${name(...table)} l where ${all} order by l.created_at, l.id limit ${constant(size)}`;
    const rows = await scope.run(() => runStatement<EntryRow>(db, page));
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    last = rows.at(-1);
    const length = rows.reduce(
      (sum, row) => sum + row.metadata.length + (row.personal?.length ?? 0),
      0,
    );
    if (length > mostMetadata) size = Math.ceil(size / 2);
    else if (length < mostMetadata / 4) size = Math.min(pageSize, size * 2);
  }
}
