import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import type { AcceptedValues, ComparableValue, inFuture } from '../definition/conditions.ts';
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
  if (isList(wanted)) return anyOf(column, wanted);
  if (typeof wanted !== 'object') return ddl`${column} = ${value(wanted)}`;
  if ('not' in wanted) {
    const { not } = wanted;
    return ddl`${oneOf(column, [not].flat())} is not true`;
  }
  return wanted.is === 'not null'
    ? ddl`${column} is not null`
    : ddl`${column} > statement_timestamp()`;
}

/** A list: its values in one comparison, and what is no value beside it. */
function anyOf(column: Ddl, wanted: readonly (ComparableValue | null | object)[]): Ddl {
  const others = wanted.filter((each) => typeof each === 'object') as (null | typeof inFuture)[];
  const values = wanted.filter((each) => typeof each !== 'object') as ComparableValue[];
  if (others.length === 0) return oneOf(column, values);
  const terms = others.map((each) => term(column, each));
  if (values.length > 0) terms.unshift(oneOf(column, values));
  return ddl`(${join(terms, ' or ')})`;
}

const oneOf = (column: Ddl, values: readonly ComparableValue[]): Ddl =>
  values.length === 0 ? ddl`false` : ddl`${column} in (${join(values.map(value))})`;

const isList = (wanted: AcceptedValues): wanted is Extract<AcceptedValues, readonly unknown[]> =>
  Array.isArray(wanted);

// untyped literals take the type of the column, so enums can be compared too
const value = (of: ComparableValue): Ddl =>
  literal(typeof of === 'number' && !Number.isFinite(of) ? 'NaN' : String(of));
