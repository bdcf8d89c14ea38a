import type { Tenancy } from '@tenantry/core';
import { atEachDatabase, requireAll } from '@tenantry/core/scope';
import { type Queryable, statement } from '@tenantry/core/sql';
import { pageSize, readCursor, writeCursor } from '../api/cursor.ts';
import { call } from '../calls.ts';
import type { ApiKeyPage, ApiKeyQuery, ApiKeyRow } from './api-key.ts';

const place = /^([01])\|(\d{1,12}(?:\.\d{1,6})?)\|([!-~]{1,255})$/;

interface Rows {
  readonly rows: readonly ApiKeyRow[];
  readonly next: string | null;
}

/** Rows of a page of one database, and the cursor of the next: live keys first, the newest of them first. */
export async function keyRows(
  db: Queryable,
  tenant: string | null,
  { limit = 50, after }: ApiKeyQuery,
): Promise<Rows> {
  const size = pageSize(limit);
  const [live, at = null, id = null] = readCursor(after, place, 'API keys');
  const found = await call(
    db,
    'rbac_api_keys',
    tenant,
    live === undefined ? null : live === '1',
    statement`to_timestamp(${at}::float8)`,
    id,
    size + 1,
  );
  return pageOf(found, size);
}

function pageOf(found: readonly ApiKeyRow[], size: number, more = found.length > size): Rows {
  const rows = found.slice(0, size);
  const last = rows.at(-1);
  const isMore = more && last !== undefined;
  return { rows, next: isMore ? writeCursor(last.live ? 1 : 0, last.madeAt, last.id) : null };
}

/** A page as its reader gets it; that of an operator has the keys of every database. */
export async function keyPage(
  db: Queryable,
  tenancy: Tenancy,
  tenant: string | null,
  query: ApiKeyQuery,
): Promise<ApiKeyPage> {
  const pages = requireAll(await atEachDatabase(tenancy, db, () => keyRows(db, tenant, query)));
  const size = query.limit ?? 50;
  const all = pages.flatMap(({ rows }) => rows);
  // the cursor is a place in the order of all keys, so it is one for all databases
  const sorted = pages.length === 1 ? all : all.sort(inOrder);
  const { rows, next } = pageOf(
    sorted,
    size,
    all.length > size || pages.some((page) => page.next !== null),
  );
  const items = rows.map(({ tenant: _, live: __, madeAt: ___, ...shown }) => Object.freeze(shown));
  return Object.freeze({ items: Object.freeze(items), next });
}

/** The order of the database: live ones first, the newest of each first. */
const inOrder = (a: ApiKeyRow, b: ApiKeyRow): number =>
  Number(b.live) - Number(a.live) || b.madeAt - a.madeAt || comparedIds(b.id, a.id);

function comparedIds(a: string, b: string): number {
  const areNumbers = isNumber(a) && isNumber(b);
  const [x, y] = areNumbers ? [BigInt(a), BigInt(b)] : [a, b];
  return x < y ? -1 : Number(x > y);
}

/** Whether an id is a number, which is unique within a tenant alone. */
export const isNumber = (id: string): boolean => /^-?\d+$/.test(id);
