import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { z } from 'zod';
import { notFound, Problem } from './problems.ts';

/** Lets Fastify check bodies, queries and parameters by shapes of zod. */
export const byShape: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (value) => {
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data };
    // what is no id names nothing
    if (httpPart === 'params') return { error: notFound('page') };
    const issues = result.error.issues.map(({ path, message }) => ({
      at: path.join('.') || '(all)',
      message,
    }));
    return { error: new Problem(422, 'REQUEST_INVALID', 'The request is not valid', { issues }) };
  };

/** The types of what was checked. */
interface ShapeTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
}

/** What routes are added to. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ShapeTypes
>;

/**
 * A text that PostgreSQL can store as it is: no NUL character, and no half of a surrogate pair, which
 * would come back as another character.
 */
export const text = (max: number) =>
  z.string().max(max).refine(isStorable, 'characters that cannot be stored');

/** A JSON object whose texts, keys too, PostgreSQL can store. */
export const jsonObject = (maxLength: number) =>
  z
    .record(z.string(), z.json())
    .refine(
      (value) => JSON.stringify(value).length <= maxLength,
      `more than ${maxLength} characters`,
    )
    .refine((value) => isStorable(JSON.stringify(value)), 'characters that cannot be stored');

/** NUL is `\u0000` in JSON, and half a pair is `\ud83d`. */
const isStorable = (value: string): boolean =>
  !value.includes('\0') && !/\\u0000|\\ud[89a-f]/i.test(value) && !/\p{Surrogate}/u.test(value);
