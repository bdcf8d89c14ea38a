import type { IdKind } from '../tenancy/ids.ts';
import { type Ddl, ddl, literal } from './ddl.ts';
import { idType } from './tenant.ts';

const range = {
  integer: ddl`between -2147483648 and 2147483647`,
  bigint: ddl`between -9223372036854775808 and 9223372036854775807`,
};
const numberForm = literal('^(0|-?[1-9][0-9]{0,18})$');

/** The form of a uuid as text. */
export const uuidForm = literal('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');

/** A text as an id of a kind; null where it cannot be one, so that no value of a caller raises. */
export function idOrNull(kind: IdKind, text: Ddl): Ddl {
  if (kind === 'text') return text;
  if (kind === 'uuid') return ddl`(case when ${text} ~* ${uuidForm} then ${text}::uuid end)`;
  // CASE alone fixes the order: only digits become a number, and only one in range an id
  const id = ddl`case when ${text}::numeric ${range[kind]} then ${text}::${idType({ id: kind })} end`;
  return ddl`(case when ${text} ~ ${numberForm} then ${id} end)`;
}

/** The kind of ids that a column type holds; a type that is none of them is compared as text. */
export function idKindOf(type: string): IdKind {
  const bare = type.toLowerCase();
  if (bare === 'uuid') return 'uuid';
  if (/^(integer|serial|smallint|smallserial)$/.test(bare)) return 'integer';
  return /^(bigint|bigserial)$/.test(bare) ? 'bigint' : 'text';
}
