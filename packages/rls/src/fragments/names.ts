import { createHash } from 'node:crypto';
import type { TableName } from '../model/table.ts';

const longest = 63; // bytes; PostgreSQL silently truncates longer names

const snake = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();

/** The end of a name that says what it is made of: eight digits of a hash. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8);

/**
 * Joins parts to the name of a policy, an index or a constraint of one table. A name that PostgreSQL would
 * truncate, or that loses signs other than letters, digits and underscores, ends in a hash of the parts.
 *
 * `projectId` and `project_id` give the same name, because a casing of Drizzle may write one as the other.
 * Where two such columns may stand beside each other, use {@link uniqueName}.
 */
export function objectName(...parts: readonly string[]): string {
  const whole = parts.map(snake).join('_');
  const lost = parts.some((part) => /[^A-Za-z0-9_]/.test(part));
  return whole.length <= longest && !lost ? whole : hashedName(whole, ...parts);
}

/** A readable name, cut where it is too long, that ends in a hash of the exact parts. */
export const hashedName = (readable: string, ...parts: readonly string[]): string =>
  `${snake(readable).slice(0, longest - 9)}_${hashOf(parts.join('\0'))}`;

const plain = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const endsLikeHash = /_[0-9a-f]{8}$/;

/**
 * A name that no other parts give: `number_public_invoices__number`. Parts that are not plain names, and
 * names that are too long, end in a hash of all parts.
 */
export function uniqueName(fixed: string, ...parts: readonly string[]): string {
  const whole = `${fixed}_${parts.join('__')}`;
  const isPlain = parts.every((part) => plain.test(part)) && !endsLikeHash.test(whole);
  return isPlain && whole.length <= longest ? whole : hashedName(whole, ...parts);
}

/**
 * The name of a function that is made for a table. Such functions are all in one schema, where
 * `create or replace` takes the place of another of that name without a word.
 * @param fixed begins the name: `audit_capture`
 * @param rest what else tells it from others of the table: a column
 */
export const functionNameFor = (
  fixed: string,
  { schema, name }: TableName,
  ...rest: readonly string[]
): string =>
  schema === 'public'
    ? uniqueName(`${fixed}_public`, name, ...rest)
    : hashedName([fixed, schema, name, ...rest].join('_'), schema, name, ...rest);
