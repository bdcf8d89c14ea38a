import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { LogColumn } from './names.ts';

/** How a piece of SQL reaches a column of one row: `new."action"`, `s."action"`. */
export type RowOf = (column: LogColumn) => Ddl;

/** A field that is hashed behind a salt, so that it can be erased and the hash still be proven. */
export interface CommittedField {
  readonly column: 'actorId' | 'onBehalfOf' | 'ipAddress' | 'personal';
  /** Its key in `erased`. */
  readonly key: string;
  /** Tells the salts of the fields of one row apart. */
  readonly tag: number;
}

export const committedFields: readonly CommittedField[] = [
  { column: 'actorId', key: 'actor', tag: 1 },
  { column: 'onBehalfOf', key: 'onBehalfOf', tag: 2 },
  { column: 'ipAddress', key: 'ip', tag: 3 },
  { column: 'personal', key: 'personal', tag: 4 },
];

/** The salt of one field: whoever keeps it for one field knows nothing of the others. */
export const fieldSalt = ({ tag }: CommittedField, row: RowOf): Ddl =>
  ddl`sha256(${row('salt')} || decode(${literal(`0${tag}`)}, 'hex'))`;

/** The commitment to a field as hexadecimal text; null where the field is null. */
export const commitment = (field: CommittedField, row: RowOf): Ddl =>
  ddl`encode(sha256(${fieldSalt(field, row)} || convert_to(${textOf(field, row)}, 'UTF8')), 'hex')`;

const textOf = ({ column }: CommittedField, row: RowOf): Ddl =>
  column === 'actorId' || column === 'onBehalfOf'
    ? row(column)
    : // inet as its output function writes it: without /32
      column === 'ipAddress'
      ? ddl`(case when masklen(${row(column)}) = case family(${row(column)}) when 4 then 32 else 128 end then host(${row(column)}) else ${row(column)}::text end)`
      : ddl`${row(column)}::text`;

/** Microseconds since 1970 in UTC: no time zone and no date style has a say in it. */
export const microseconds = (time: Ddl): Ddl =>
  ddl`(extract(epoch from ${time}) * 1000000)::bigint`;

/**
 * The content hash of an entry, in SQL: sha256 over the text of a JSON array, as jsonb writes it, in
 * UTF-8. `contentOf` of `@tenantry/audit-log/verify` makes the same bytes without a database.
 */
export function contentHash(row: RowOf): Ddl {
  const committed = committedFields.map((field) => commitment(field, row));
  const fields = [
    ddl`1`,
    ddl`${row('tenant')}::text`,
    ddl`${row('id')}::text`,
    microseconds(row('createdAt')),
    row('source'),
    row('action'),
    row('resourceType'),
    row('resourceId'),
    row('metadata'),
    row('actorType'),
    ...committed,
    row('requestId'),
    row('reason'),
    row('transactionId'),
  ];
  return ddl`sha256(convert_to(jsonb_build_array(${join(fields)})::text, 'UTF8'))`;
}
