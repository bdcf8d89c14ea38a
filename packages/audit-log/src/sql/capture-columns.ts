import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';

/** A column that a capture records. */
export interface CapturedColumn {
  readonly name: string;
  readonly type: string;
  /** `masked` says only that there is a value, `personal` goes where it can be erased. */
  readonly kind: 'plain' | 'masked' | 'personal';
}

/** How many bytes of a value are recorded; of longer ones, how long they are. */
const longest = 8192;

const small =
  /^(uuid|boolean|smallint|integer|bigint|serial|bigserial|smallserial|real|double precision|date|time|timestamp|inet|cidr|macaddr)/;
const comparable = /^(json|xml|point|line|lseg|box|path|polygon|circle)(\[|$|\()/;

const texts = /^(text|varchar|char|citext)/;
const most: Ddl = { sql: String(longest) };

/**
 * A value as jsonb_build_object takes it. The type decides in advance whether it has to be measured;
 * the length of a text is known without reading it.
 */
function recorded({ name: column, type, kind }: CapturedColumn, row: Ddl): Ddl {
  const value = ddl`${row}.${name(column)}`;
  if (kind === 'masked') return ddl`case when ${value} is not null then '[masked]'::text end`;
  if (small.test(type) && !type.endsWith(']')) return value;
  if (texts.test(type) && !type.endsWith(']')) {
    return ddl`case when octet_length(${value}) > ${most} then format('[%s bytes]', octet_length(${value})) else ${value} end`;
  }
  return ddl`case when octet_length(${value}::text) > ${most} then to_jsonb(format('[%s bytes]', octet_length(${value}::text))) else to_jsonb(${value}) end`;
}

const object = (columns: readonly CapturedColumn[], row: Ddl): Ddl =>
  ddl`jsonb_build_object(${join(columns.map((column) => ddl`${literal(column.name)}, ${recorded(column, row)}`))})`;

const split = (columns: readonly CapturedColumn[]) => ({
  plain: columns.filter(({ kind }) => kind !== 'personal'),
  personal: columns.filter(({ kind }) => kind === 'personal'),
});

/** `metadata` and `personal` of a row that came or went: `{ new: {…} }`. */
export function recordOf(columns: readonly CapturedColumn[], side: 'old' | 'new', row: Ddl): Ddl {
  const { plain, personal } = split(columns);
  const wrapped = (some: readonly CapturedColumn[]) =>
    ddl`jsonb_build_object(${literal(side)}, ${object(some, row)})`;
  return ddl`${wrapped(plain)} as metadata, ${personal.length === 0 ? ddl`null::jsonb` : wrapped(personal)} as personal`;
}

/** `old_plain`, `new_plain`, `old_personal`, `new_personal`: only what differs between `o` and `n`. */
export function changesOf(columns: readonly CapturedColumn[]): Ddl {
  const { plain, personal } = split(columns);
  const side = (some: readonly CapturedColumn[], row: Ddl) =>
    some.length === 0
      ? ddl`'{}'::jsonb`
      : join(
          some.map(
            (column) =>
              ddl`case when ${differs(column)} then jsonb_build_object(${literal(column.name)}, ${recorded(column, row)}) else '{}'::jsonb end`,
          ),
          ' || ',
        );
  return ddl`${side(plain, ddl`o`)} as old_plain, ${side(plain, ddl`n`)} as new_plain, ${side(personal, ddl`o`)} as old_personal, ${side(personal, ddl`n`)} as new_personal`;
}

function differs({ name: column, type }: CapturedColumn): Ddl {
  const cast = comparable.test(type) ? '::text' : '';
  const of = (row: string): Ddl => ({ sql: `${row}.${name(column).sql}${cast}` });
  return ddl`${of('o')} is distinct from ${of('n')}`;
}
