import type { IdKind } from '../tenancy/ids.ts';
import { type Ddl, ddl, literal } from './ddl.ts';
import { idType } from './tenant.ts';

const greatest = { integer: ddl`2147483647`, bigint: ddl`9223372036854775807` };

/** The form of a uuid as text. */
export const uuidForm = literal('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');

/** A text as an id of a kind; null where it cannot be one, so that no value of a caller raises. */
export function idOrNull(kind: IdKind, text: Ddl): Ddl {
  if (kind === 'text') return text;
  if (kind === 'uuid') return ddl`(case when ${text} ~* ${uuidForm} then ${text}::uuid end)`;
  // CASE alone fixes the order: only digits become a number, and only one in range an id
  const id = ddl`case when ${text}::numeric <= ${greatest[kind]} then ${text}::${idType({ id: kind })} end`;
  return ddl`(case when ${text} ~ '^[1-9][0-9]{0,18}$' then ${id} end)`;
}

/** The kind of ids that a column type holds; a type that is none of them is compared as text. */
export function idKindOf(type: string): IdKind {
  const bare = type.toLowerCase();
  if (bare === 'uuid') return 'uuid';
  if (/^(integer|serial|smallint|smallserial)$/.test(bare)) return 'integer';
  return /^(bigint|bigserial)$/.test(bare) ? 'bigint' : 'text';
}
