import { TenantryError } from '@tenantry/core';
import { wholeNumber } from '@tenantry/core/errors';

/** How many rows a page has. @throws TenantryError `VALUE_INVALID` */
export function pageSize(limit: unknown): number {
  const range = { name: 'limit', least: 1, greatest: 500, code: 'VALUE_INVALID' as const };
  return wholeNumber(limit, range);
}

/** The place of the last row of a page, as a text that clients hand back. */
export const writeCursor = (...place: readonly (string | number)[]): string =>
  Buffer.from(place.join('|')).toString('base64url');

/**
 * The groups of a cursor in this form; nulls for the first page.
 * @param of what the list shows, for the error
 * @throws TenantryError `VALUE_INVALID`
 */
export function readCursor(cursor: unknown, form: RegExp, of: string): readonly (string | null)[] {
  if (cursor == null) return [];
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  const found = form.exec(text);
  if (found !== null) return found.slice(1);
  throw new TenantryError('VALUE_INVALID', {
    found: `a cursor that no page of ${of} has given`,
    fix: 'Pass `next` of the page before, or leave it out for the first page.',
  });
}
