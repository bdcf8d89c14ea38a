import { z } from 'zod';
import { text } from './validation.ts';

/** No key of a row is longer: an address of mail has 320 characters. */
const longestKey = 1000;

/** Pages are read by key: the last key of a page is the `after` of the next one. */
export const pageQuery = z.strictObject({
  after: text(longestKey).min(1).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** A page of rows of which one more was read than the page holds. */
export function toPage<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}
