import type { Tenancy } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end-of-move.ts';
import { asReaching, conditionOf } from './tenant-session.ts';

interface ForeignKey {
  readonly constraint: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

const keysSql = `
select c.conname as "constraint", pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.relname) as parent,
  array(select pg_catalog.quote_ident(a.attname) from unnest(c.conkey) with ordinality k (n, place)
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n order by place) as columns,
  array(select pg_catalog.quote_ident(a.attname) from unnest(c.confkey) with ordinality k (n, place)
    join pg_catalog.pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.n order by place) as "parentColumns"
from pg_catalog.pg_constraint c join pg_catalog.pg_class p on p.oid = c.confrelid
join pg_catalog.pg_namespace n on n.oid = p.relnamespace
where c.contype = 'f' and c.conparentid = 0 and c.conrelid = $1::oid order by 1`;

/**
 * Foreign keys of the tenant's rows that lead nowhere in this database. No trigger has checked them, and they
 * may lead to rows that all tenants share, such as plans, which have other ids here.
 */
export async function danglingKeys(end: EndOfMove, tenancy: Tenancy): Promise<string[]> {
  const dangling: string[] = [];
  for (const table of end.tables.tables) {
    for (const key of await end.query<ForeignKey>(keysSql, [table.oid])) {
      const there = await asReaching(end, tenancy, table, () => leadsNowhere(end, table, key));
      if (there) dangling.push(`${key.constraint} of ${name(table.schema, table.name).sql}`);
    }
  }
  return dangling;
}

async function leadsNowhere(end: EndOfMove, table: TenantTable, key: ForeignKey): Promise<boolean> {
  const set = key.columns.map((column) => `t.${column} is not null`);
  const same = key.columns.map((column, i) => `parent.${key.parentColumns[i]} = t.${column}`);
  const [row] = await end.query<{ found: boolean }>(
    `select exists (select from ${table.from} where ${[conditionOf(table), ...set].join(' and ')}
       and not exists (select from ${key.parent} parent where ${same.join(' and ')})) as found`,
  );
  return row?.found === true;
}
