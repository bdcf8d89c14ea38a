import { is, SQL } from 'drizzle-orm';
import type { LiveTable } from '../model/live.ts';
import type { LiveIndex } from './live-indexes.ts';
import type { TableConfig } from './live-keys.ts';

/**
 * The wanted keys and indexes for which a table has one of another name: a unique key over the same
 * columns, or an index that begins with them.
 */
export function satisfied(
  table: LiveTable,
  indexes: readonly LiveIndex[],
  wanted: TableConfig,
): ReadonlySet<string> {
  const own = indexes.filter((each) => each.table === table.oid && !each.partial);
  const found = new Set<string>();
  const isUnique = (name: string, columns: readonly string[]) =>
    own.some((each) => each.unique && each.name !== name && same(each.columns, columns));
  for (const key of wanted.primaryKeys) {
    const columns = key.columns.map(({ name }) => name);
    const live = table.keys.find(({ kind }) => kind === 'primary');
    if (live !== undefined && same([...live.columns].sort(), [...columns].sort()))
      found.add(key.getName());
  }
  for (const unique of wanted.uniqueConstraints) {
    const name = unique.getName() ?? '';
    if (
      isUnique(
        name,
        unique.columns.map((column) => column.name),
      )
    )
      found.add(name);
  }
  for (const { config } of wanted.indexes) {
    const { name = '', where } = config;
    const columns = config.columns.map((column) =>
      is(column, SQL) ? '' : ((column as { name?: string }).name ?? ''),
    );
    if (where !== undefined || columns.includes('')) continue;
    const begins = (each: LiveIndex) =>
      each.name !== name &&
      each.method === 'btree' &&
      same(each.columns.slice(0, columns.length), columns);
    if (config.unique ? isUnique(name, columns) : own.some(begins)) found.add(name);
  }
  return found;
}

const same = (first: readonly string[], second: readonly string[]) =>
  first.length === second.length && first.every((each, i) => each === second[i]);
