import type { CatalogueQuery } from '../model/read-catalogue.ts';

/** An index of a database, also of a key. */
export interface LiveIndex {
  /** The oid of its table. */
  readonly table: number;
  readonly name: string;
  readonly unique: boolean;
  readonly partial: boolean;
  /** `btree`, `gin` */
  readonly method: string;
  /** Its columns in order; `''` stands for an expression. */
  readonly columns: readonly string[];
}

const indexesSql = `
select i.indrelid as "table", x.relname::text as name, i.indisunique as unique, i.indpred is not null as partial, m.amname::text as method,
  array(select coalesce(a.attname::text, '') from pg_catalog.unnest(i.indkey) with ordinality k (n, p)
    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n and k.n > 0
    where k.p <= i.indnkeyatts order by k.p) as columns
from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid join pg_catalog.pg_am m on m.oid = x.relam
join pg_catalog.pg_class c on c.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where i.indisvalid and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by i.indrelid, x.relname`;

export const readIndexes = async (query: CatalogueQuery): Promise<readonly LiveIndex[]> =>
  (await query(indexesSql, [], 'indexes')) as readonly LiveIndex[];
