import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { balanced, objectOf } from './json-object.ts';

/** A column that a capture records. */
export interface CapturedColumn {
  readonly name: string;
  /** The type in the schema: `varchar(20)`. It only selects a faster way to the same result. */
  readonly type: string;
  /** `masked` records only that there is a value; `personal` is stored where it can be erased. */
  readonly kind: 'plain' | 'masked' | 'personal';
}

/** How values are recorded: as JSON of their type, or as texts when that failed. */
export type Recording = 'typed' | 'text';

/** The most bytes of a recorded value; of longer values only the length is recorded. */
export const longest: Ddl = { sql: '8192' };

/** Fixed-length types whose values are equal exactly when their bits are; full type names only. */
const exact =
  /^(?:uuid|boolean|smallint|integer|bigint|(?:small|big)?serial|date|time(?:stamp)?(?: ?\(\d\))?(?: with(?:out)? time zone)?)$/;
const text = /^(?:text|varchar(?: ?\(\d+\))?)$/;
/** A valid json may contain `"\u0000"`, which jsonb cannot. */
const json = /^json(?:\[\])*$/;

const storedIn = (column: CapturedColumn, row: Ddl): Ddl => ddl`${row}.${name(column.name)}`;
const masked = (value: Ddl): Ddl => ddl`case when ${value} is not null then '[masked]'::text end`;

/** A value for jsonb_build_object. The length of a text is known without reading it. */
function recorded(column: CapturedColumn, row: Ddl, how: Recording): Ddl {
  const value = storedIn(column, row);
  if (column.kind === 'masked') return masked(value);
  if (how === 'text') return ddl`tenantry.audit_value_text(${value})`;
  if (exact.test(column.type)) return value;
  if (json.test(column.type)) return ddl`tenantry.audit_value_json(${value})`;
  if (text.test(column.type)) {
    return ddl`case when octet_length(${value}::text) > ${longest} then format('[%s bytes]', octet_length(${value}::text)) else ${value}::text end`;
  }
  return ddl`case when octet_length(${value}::text) > ${longest} then to_jsonb(format('[%s bytes]', octet_length(${value}::text))) else to_jsonb(${value}) end`;
}

/** The same for a changed value; distinguishes values that JSON would print alike. */
function changed(column: CapturedColumn, row: Ddl, other: Ddl, how: Recording): Ddl {
  const plain = recorded(column, row, how);
  if (column.kind === 'masked' || how === 'text' || exact.test(column.type)) return plain;
  const [value, against] = [storedIn(column, row), storedIn(column, other)];
  return text.test(column.type)
    ? ddl`case when octet_length(${value}::text) > ${longest} then tenantry.audit_value_text(${value}) else ${value}::text end`
    : ddl`tenantry.audit_distinct_value(${value}, ${against})`;
}

/**
 * Whether the stored bytes differ. The equality of the type is not used: an interval of one month equals
 * thirty days, 1.0 equals 1.00, and json and point have no equality.
 */
function differs(column: CapturedColumn): Ddl {
  const [o, n] = [storedIn(column, ddl`o`), storedIn(column, ddl`n`)];
  if (exact.test(column.type)) return ddl`${o} is distinct from ${n}`;
  if (text.test(column.type)) {
    // not by the column's collation, in which A may equal a
    return ddl`${o}::text collate "C" is distinct from ${n}::text collate "C"`;
  }
  return ddl`record_image_ne(row(${o}), row(${n}))`;
}

const split = (columns: readonly CapturedColumn[]) => ({
  plain: columns.filter(({ kind }) => kind !== 'personal'),
  personal: columns.filter(({ kind }) => kind === 'personal'),
});

/** `metadata` and `personal` of an inserted or deleted row: `{ new: {…} }`. */
export function recordOf(
  columns: readonly CapturedColumn[],
  side: 'old' | 'new',
  row: Ddl,
  how: Recording = 'typed',
): Ddl {
  const { plain, personal } = split(columns);
  const wrapped = (some: readonly CapturedColumn[]) =>
    ddl`jsonb_build_object(${literal(side)}, ${objectOf(some.map((column) => [column.name, recorded(column, row, how)]))})`;
  return ddl`${wrapped(plain)} as metadata, ${personal.length === 0 ? ddl`null::jsonb` : wrapped(personal)} as personal`;
}

/** `old_plain`, `new_plain`, `old_personal`, `new_personal`: only the differences between `o` and `n`. */
export function changesOf(columns: readonly CapturedColumn[], how: Recording = 'typed'): Ddl {
  const { plain, personal } = split(columns);
  const side = (some: readonly CapturedColumn[], row: Ddl, other: Ddl) =>
    balanced(
      some.map(
        (column) =>
          ddl`case when ${differs(column)} then jsonb_build_object(${literal(column.name)}, ${changed(column, row, other, how)}) else '{}'::jsonb end`,
      ),
    );
  const [o, n] = [ddl`o`, ddl`n`];
  return join([
    ddl`${side(plain, o, n)} as old_plain`,
    ddl`${side(plain, n, o)} as new_plain`,
    ddl`${side(personal, o, n)} as old_personal`,
    ddl`${side(personal, n, o)} as new_personal`,
  ]);
}
