import type { Context } from 'hono';
import { z } from 'zod';
import { Problem } from './problems.ts';

/** The body of a request, checked: 400 when it is not JSON, 422 when it is not what is needed. */
export async function readBody<T>(c: Context, shape: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch (error) {
    if (error instanceof Problem) throw error; // it is too large
    throw new Problem(400, 'BODY_NOT_JSON', 'The body is not JSON');
  }
  return checked(shape, body);
}

/** The parameters after `?`, checked: 422 when they are not what is needed. */
export const readQuery = <T>(c: Context, shape: z.ZodType<T>): T => checked(shape, c.req.query());

/**
 * A text that PostgreSQL can store as it is: no NUL character, and no half of a surrogate pair, which
 * would come back as another character.
 */
export const text = (max: number) =>
  z.string().max(max).refine(isStorable, 'characters that cannot be stored');

const isStorable = (value: string): boolean =>
  !value.includes('\0') && !/\p{Surrogate}/u.test(value);

/** An id from the path; anything that is no id names nothing, which is a 404. */
export const isId = (value: string): boolean => z.guid().safeParse(value).success;

function checked<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({
    at: path.join('.') || '(all)',
    message,
  }));
  throw new Problem(422, 'REQUEST_INVALID', 'The request is not valid', { issues });
}
