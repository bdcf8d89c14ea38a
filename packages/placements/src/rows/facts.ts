import type { CatalogueQuery } from '@tenantry/rls/model';

/** What the model of a table does not say, and a copy of its rows needs. */
export interface RowFacts {
  /** By table and column, as `12345 id`. */
  readonly sequences: ReadonlyMap<string, string>;
  /** Tables that refuse UPDATE and DELETE at all times. */
  readonly appendOnly: ReadonlySet<number>;
}

// 1: for each row, 2: before, 8: DELETE, 16: UPDATE
const sequencesSql = `
select d.refobjid || ' ' || a.attname as "column", pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(s.relname) as sequence
from pg_catalog.pg_depend d join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
join pg_catalog.pg_namespace n on n.oid = s.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refclassid = d.classid and d.deptype in ('a', 'i')`;
const appendOnlySql = `
select distinct g.tgrelid as "table" from pg_catalog.pg_trigger g
where g.tgenabled = 'A' and not g.tgisinternal and g.tgtype & 3 = 3 and g.tgtype & 8 > 0 and g.tgtype & 16 > 0`;

/** Reads sequences of columns, and which tables only grow. */
export async function readFacts(query: CatalogueQuery): Promise<RowFacts> {
  const sequences = (await query(sequencesSql, [], 'sequences')) as readonly {
    readonly column: string;
    readonly sequence: string;
  }[];
  const grows = (await query(appendOnlySql, [], 'triggers')) as readonly {
    readonly table: number;
  }[];
  return {
    sequences: new Map(sequences.map(({ column, sequence }) => [column, sequence])),
    appendOnly: new Set(grows.map(({ table }) => Number(table))),
  };
}
