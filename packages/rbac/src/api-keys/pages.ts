import { type Queryable, statement } from '@tenantry/core/sql';
import { pageSize, readCursor, writeCursor } from '../api/cursor.ts';
import { call } from '../calls.ts';
import type { ApiKeyPage, ApiKeyQuery, ApiKeyRow } from './api-key.ts';

const place = /^([01])\|(\d{1,12}(?:\.\d{1,6})?)\|([!-~]{1,255})$/;

/** Rows of a page, and the cursor of the next: live keys first, the newest of them first. */
export async function keyRows(
  db: Queryable,
  tenant: string | null,
  { limit = 50, after }: ApiKeyQuery,
): Promise<{ readonly rows: readonly ApiKeyRow[]; readonly next: string | null }> {
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
  const rows = found.slice(0, size);
  const last = rows.at(-1);
  const isMore = found.length > size && last !== undefined;
  return { rows, next: isMore ? writeCursor(last.live ? 1 : 0, last.madeAt, last.id) : null };
}

/** A page as its reader gets it. */
export async function keyPage(
  db: Queryable,
  tenant: string | null,
  query: ApiKeyQuery,
): Promise<ApiKeyPage> {
  const { rows, next } = await keyRows(db, tenant, query);
  const items = rows.map(({ tenant: _, live: __, madeAt: ___, ...shown }) => Object.freeze(shown));
  return Object.freeze({ items: Object.freeze(items), next });
}
