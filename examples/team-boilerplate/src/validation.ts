import type { Request } from 'express';
import { z } from 'zod';
import { Problem } from './problems.ts';

/** The body of a request, checked: 422 when it is not what is needed. */
export const readBody = <T>({ body }: Request, shape: z.ZodType<T>): T => checked(shape, body);

/** The parameters after `?`, checked: 422 when they are not what is needed. */
export const readQuery = <T>({ query }: Request, shape: z.ZodType<T>): T =>
  checked(shape, { ...query });

/**
 * A text that PostgreSQL can store as it is: no NUL character, and no half of a surrogate pair, which
 * would come back as another character.
 */
export const text = (max: number) =>
  z.string().max(max).refine(isStorable, 'characters that cannot be stored');

const isStorable = (value: string): boolean =>
  !value.includes('\0') && !/\p{Surrogate}/u.test(value);

/** An id from the path; anything that is no id names nothing, which is a 404. */
export const isId = (value: unknown): value is string => z.guid().safeParse(value).success;

/** Pages are read by key: the last key of a page is the `after` of the next one. */
export const pageQuery = z.strictObject({
  after: text(1000).min(1).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** A page of rows of which one more was read than the page holds. */
export function toPage<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

function checked<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({
    at: path.map(String).join('.') || '(all)',
    message,
  }));
  throw new Problem(422, 'REQUEST_INVALID', 'The request is not valid', { issues });
}
