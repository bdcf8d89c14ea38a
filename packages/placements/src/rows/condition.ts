import { name } from '@tenantry/core/sql';
import { type LiveTable, pathOf } from '@tenantry/rls/model';
import type { Belongs } from './belonging.ts';

/** `only`: the rows of inheritance children belong to tables of their own. */
export const fromOf = ({ kind, schema, name: called }: LiveTable, alias: string): string =>
  `${kind === 'partitioned' ? '' : 'only '}${name(schema, called).sql} ${alias}`;

interface Nested {
  /** `<>` for the rows of other tenants. */
  readonly operator?: '=' | '<>';
  readonly alias?: string;
  readonly above?: readonly Belongs[];
}

/**
 * Which rows of a table are the tenant's: by its column, or by a parent whose row is. Any of several
 * parents is enough. Undefined when no way leads to a tenant column.
 */
export function conditionOf(
  { table, tenantColumn, links }: Belongs,
  all: ReadonlyMap<string, Belongs>,
  { operator = '=', alias = 't', above = [] }: Nested = {},
): string | undefined {
  if (tenantColumn !== undefined) {
    const type = table.columns.find(({ name: each }) => each === tenantColumn)?.type ?? 'text';
    return `${alias}.${name(tenantColumn).sql} ${operator} $1::${withoutLength(type)}`;
  }
  const ways = links.flatMap(({ columns, other, otherColumns }) => {
    const parent = all.get(pathOf(other));
    // a table that leads back to one above it says nothing new
    if (parent === undefined || parent.table === table || above.includes(parent)) return [];
    const own = `p${above.length + 1}`;
    const self = all.get(pathOf(table));
    const term = conditionOf(parent, all, {
      operator,
      alias: own,
      above: self === undefined ? above : [...above, self],
    });
    if (term === undefined) return [];
    const joined = columns.map(
      (column, i) => `${own}.${name(otherColumns[i] ?? '').sql} = ${alias}.${name(column).sql}`,
    );
    return [`exists (select from ${fromOf(other, own)} where ${[...joined, term].join(' and ')})`];
  });
  if (ways.length === 0) return undefined;
  return ways.length === 1 ? ways[0] : `(${ways.join(' or ')})`;
}

/** A cast to a type with a length cuts a longer id off, and that of another tenant may be left. */
const withoutLength = (type: string): string =>
  type.startsWith('character(') ? 'bpchar' : type.replace(/\(\d+(,\d+)?\)/, '');
