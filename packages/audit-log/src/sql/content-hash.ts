import { type Ddl, ddl, join, type TextPiece, textPieces } from '@tenantry/core/sql';
import type { LogColumn, LogNames } from './names.ts';

/** How SQL refers to a column of a row: `new."action"`, `s."action"`. */
export type RowOf = (column: LogColumn) => Ddl;

/** A field of an entry that is hashed with a salt, so that it can be erased without invalidating the hash. */
export interface CommittedField {
  /** Its key in `erased`. */
  readonly key: 'actor' | 'onBehalfOf' | 'personal';
  readonly columns: readonly ('actorId' | 'onBehalfOf' | 'ipAddress' | 'personal')[];
  /** The position of its 16 bytes in the salt of the entry; a field without a value needs none. */
  readonly salt: 1 | 17 | 33;
}

/** Actor and IP address are erased together. */
export const actorField: CommittedField = {
  key: 'actor',
  columns: ['actorId', 'ipAddress'],
  salt: 1,
};
export const behalfField: CommittedField = {
  key: 'onBehalfOf',
  columns: ['onBehalfOf'],
  salt: 17,
};
export const personalField: CommittedField = { key: 'personal', columns: ['personal'], salt: 33 };
export const committedFields = [actorField, behalfField, personalField] as const;

/** The salt of one field; it reveals nothing about the other fields. */
export const fieldSalt = ({ salt }: CommittedField, row: RowOf): Ddl =>
  ddl`substr(${row('salt')}, ${{ sql: String(salt) }}, 16)`;

/** The commitment to a field as hexadecimal text; null without a value, except for the actor. */
export const commitment = (field: CommittedField, row: RowOf): Ddl =>
  committed(field, row, fieldSalt(field, row));

/** The same with a salt from outside the row. */
export const committed = (field: CommittedField, row: RowOf, salt: Ddl): Ddl =>
  ddl`encode(sha256(${salt} || convert_to(${textOf(field, row)}, 'UTF8')), 'hex')`;

/**
 * The address as its output function writes it, without /32, and the id as JSON, so that different pairs
 * have different texts.
 */
const textOf = ({ key }: CommittedField, row: RowOf): Ddl =>
  key === 'actor'
    ? ddl`concat(${row('ipAddress')}, ' ', to_json(${row('actorId')}))`
    : ddl`${row(key)}::text`;

/** Microseconds since 1970 in UTC, independent of time zone and date style. */
export const microseconds = (time: Ddl): Ddl =>
  ddl`(extract(epoch from ${time}) * 1000000)::bigint`;

/** Parts of the content that the caller already knows. */
export interface KnownContent {
  /** Columns whose values are known when the SQL is written. */
  readonly constants?: Partial<Record<LogColumn, string>>;
  /** Says that no entry of this SQL is without a resource id. */
  readonly resourceId?: 'always';
  /** The commitment to the personal metadata; null where there is none. */
  readonly personal?: Ddl | null;
  /** {@link commonContent} */
  readonly common?: Ddl | readonly TextPiece[];
}

const fromPieces = (pieces: readonly TextPiece[]): Ddl => ddl`concat(${join(textPieces(pieces))})`;

const listed = (fields: readonly (readonly TextPiece[])[]): TextPiece[] =>
  fields.flatMap((field, i) => (i === 0 ? field : [', ', ...field]));

/** Texts as a JSON array: one call for all of them. */
const texts = (row: RowOf, ...columns: LogColumn[]): Ddl =>
  ddl`array_to_json(array[${join(columns.map(row))}])`;

/** A text that needs no escaping. */
const quotedPlain = (value: Ddl): TextPiece[] => ['"', value, '"'];

/** The end of the content: actor, on whose behalf, reason; the same for all entries of a statement. */
export const commonContent = (
  row: RowOf,
  behalf: Ddl = commitment(behalfField, row),
): TextPiece[] => [
  ...listed([
    [commitment(actorField, row)],
    [behalf],
    [texts(row, 'actorType', 'requestId', 'reason')],
    [row('transactionId')],
  ]),
  ']',
];

/** {@link commonContent} as a text, for a variable. */
export const commonText = (row: RowOf, behalf: Ddl): Ddl => fromPieces(commonContent(row, behalf));

/** Action, resource type and resource id as a JSON array. */
function about(row: RowOf, { constants = {}, resourceId }: KnownContent): TextPiece[] {
  const { action, resourceType } = constants;
  if (resourceType === undefined || resourceId === undefined) {
    return [texts(row, 'action', 'resourceType', 'resourceId')];
  }
  const said = action === undefined ? ddl`to_json(${row('action')})` : JSON.stringify(action);
  return ['[', said, `,${JSON.stringify(resourceType)},`, ddl`to_json(${row('resourceId')})`, ']'];
}

/**
 * The content hash of an entry, in SQL: sha256 over its fields in brackets, texts as JSON, an empty
 * string for a missing commitment, in UTF-8. It is one concat with as few calls as possible, because
 * PostgreSQL prepares each call again for each statement, which costs more than running it. `contentOf`
 * of `@tenantry/audit-log/verify` makes the same bytes without a database.
 */
export function contentHash({ tenancy }: LogNames, row: RowOf, known: KnownContent = {}): Ddl {
  const source = known.constants?.source;
  const { personal = commitment(personalField, row), common = commonContent(row) } = known;
  const fields: TextPiece[][] = [
    // a captured char(n) is filled up with spaces, which the log does not keep
    tenancy.id === 'text' ? [ddl`to_json(${row('tenant')}::text)`] : quotedPlain(row('tenant')),
    quotedPlain(row('id')),
    [microseconds(row('createdAt'))],
    source === undefined ? [ddl`to_json(${row('source')})`] : [JSON.stringify(source)],
    about(row, known),
    [row('metadata')],
    personal === null ? [] : [personal],
    [common].flat(),
  ];
  return ddl`sha256(convert_to(${fromPieces(['[1, ', ...listed(fields)])}, 'UTF8'))`;
}
