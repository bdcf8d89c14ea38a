import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { AcceptedValues, ComparableValue } from '../definition/conditions.ts';
import type { SqlCounted } from './model.ts';

/** Whether a row counts, as an expression over its alias; `true` when every row counts. */
export function counts({ where, column }: SqlCounted, row: Ddl): Ddl {
  const terms = Object.keys(where)
    .sort()
    .map((property) => term(ddl`${row}.${column(property)}`, where[property] as AcceptedValues));
  return terms.length === 0 ? ddl`true` : ddl`(${join(terms, ' and ')})`;
}

function term(column: Ddl, wanted: AcceptedValues): Ddl {
  if (wanted === null) return ddl`${column} is null`;
  if (isList(wanted)) return oneOf(column, wanted);
  if (typeof wanted !== 'object') return ddl`${column} = ${value(wanted)}`;
  if ('not' in wanted) {
    const { not } = wanted;
    return ddl`${oneOf(column, [not].flat())} is not true`;
  }
  return wanted.is === 'not null'
    ? ddl`${column} is not null`
    : ddl`${column} > statement_timestamp()`;
}

const oneOf = (column: Ddl, values: readonly ComparableValue[]): Ddl =>
  values.length === 0 ? ddl`false` : ddl`${column} in (${join(values.map(value))})`;

const isList = (wanted: unknown): wanted is readonly ComparableValue[] => Array.isArray(wanted);

// untyped literals take the type of the column, so enums can be compared too
const value = (of: ComparableValue): Ddl =>
  literal(typeof of === 'number' && !Number.isFinite(of) ? 'NaN' : String(of));
