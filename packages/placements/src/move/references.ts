import { literal } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end.ts';
import { passing } from './passing-tables.ts';
import { actFor, byRole, conditionOf } from './tenant-session.ts';

interface ForeignKey {
  readonly oid: number;
  readonly title: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** Whether one of the columns is computed, which a row that travels lacks. */
  readonly computed: boolean;
}

const keysSql = `
select c.conrelid::int8::int as oid, c.conname || ' of ' || c.conrelid::regclass as title,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.relname) as parent,
  array(select pg_catalog.quote_ident(a.attname) from unnest(c.conkey) with ordinality k (n, place)
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n order by place) as columns,
  array(select pg_catalog.quote_ident(a.attname) from unnest(c.confkey) with ordinality k (n, place)
    join pg_catalog.pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.n order by place) as "parentColumns",
  exists (select from pg_catalog.pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.conkey) and a.attgenerated <> '') as computed
from pg_catalog.pg_constraint c join pg_catalog.pg_class p on p.oid = c.confrelid
join pg_catalog.pg_namespace n on n.oid = p.relnamespace
where c.contype = 'f' and c.conparentid = 0 and c.conrelid = any ($1::oid[]) order by 1, 2`;

/**
 * Foreign keys of the tenant's rows that lead nowhere in this database. No trigger has checked them, and they
 * may lead to rows that all tenants share, such as plans, which have other ids here.
 *
 * @param which of `brought` only the rows that the running round has brought; people, and keys of computed columns, always all
 */
export async function danglingKeys(
  end: EndOfMove,
  which: 'all' | 'brought' = 'all',
): Promise<string[]> {
  const { tables } = end.tables;
  const keys = await end.query<ForeignKey>(keysSql, [tables.map(({ oid }) => oid)]);
  const dangling: string[] = [];
  for (const group of end.isCluster ? tables.map((table) => [table]) : byRole(end, tables)) {
    const asked = keys.flatMap((key) => {
      const table = group.find(({ oid }) => Number(oid) === Number(key.oid));
      return table === undefined ? [] : [danglingSql(end, table, key, which)];
    });
    if (asked.length === 0) continue;
    await actFor(end, group);
    const found = await end.query<{ title: string }>(asked.join('\nunion all\n'));
    dangling.push(...found.map(({ title }) => title));
  }
  return dangling;
}

function danglingSql(
  end: EndOfMove,
  table: TenantTable,
  key: ForeignKey,
  which: 'all' | 'brought',
): string {
  const set = key.columns.map((column) => `t.${column} is not null`);
  const same = key.columns.map((column, i) => `parent.${key.parentColumns[i]} = t.${column}`);
  const whole = which === 'all' || table.belonging === 'person' || key.computed;
  const from = whole ? table.from : `${passing(table)} t`;
  return `select ${literal(key.title).sql} as title where exists (
      select from ${from} where ${[...(whole ? [conditionOf(end, table)] : []), ...set].join(' and ')}
        and not exists (select from ${key.parent} parent where ${same.join(' and ')}))`;
}
