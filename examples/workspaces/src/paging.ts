import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { text } from './validation.ts';

/** Where a page ended: what it is ordered by, and the id of the last row. */
const position = z.tuple([text(500), z.guid()]);

/** Pages are read by key: `next` of a page is the `after` of the one behind it. */
export const pageQuery = z.strictObject({
  after: z
    .string()
    .max(4000)
    .transform((cursor, context) => {
      const read = position.safeParse(decode(cursor));
      if (read.success) return read.data;
      context.addIssue('not the next of a page');
      return z.NEVER;
    })
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** The condition of the rows behind a position. */
export const behind = (
  name: AnyPgColumn,
  id: AnyPgColumn,
  after: z.output<typeof position> | undefined,
): SQL | undefined => after && sql`(${name}, ${id}) > (${after[0]}, ${after[1]}::uuid)`;

/** A page of rows of which one more was read than the page holds. */
export function toPage<T extends { readonly id: string }>(
  rows: readonly T[],
  limit: number,
  nameOf: (row: T) => string,
) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? encode([nameOf(last), last.id]) : null;
  return { items, next };
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
