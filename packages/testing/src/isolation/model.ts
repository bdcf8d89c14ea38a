import type pg from 'pg';
import { identifier } from '../sql/client.ts';

/** How a table of the schema is isolated; as `IsolationKind` of `@tenantry/rls`. */
export type Kind = 'scoped' | 'tenants' | 'through' | 'visible' | 'shared' | 'system';

export interface Column {
  readonly name: string;
  /** As it is written in a cast. */
  readonly type: string;
  /** Of `pg_type.typcategory`: S text, N number, E enum … */
  readonly category: string;
  readonly labels: readonly string[];
  /** The maximum length in characters; 0 without a limit. */
  readonly length: number;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
  /** Whether a tenant may change its value, and not only repeat it. */
  readonly mayUpdate: boolean;
}

export interface Constraint {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'foreign' | 'check' | 'exclude';
  readonly columns: readonly string[];
  readonly foreignTable: string;
  readonly foreignColumns: readonly string[];
  readonly definition: string;
}

/** A table under attack, as it is in the database. */
export interface Table {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly title: string;
  /** The path by which foreign keys name it: `public.projects`. */
  readonly path: string;
  /** The name as SQL: `"public"."projects"`. */
  readonly sql: string;
  readonly kind: Kind;
  readonly tenantColumn: string | undefined;
  /** Whether rows without a tenant are shared by all tenants. */
  readonly common: boolean;
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  /** The columns that identify a row: the primary key, otherwise a unique key without nulls. */
  readonly key: readonly string[];
  /** Partitions and children, as SQL. */
  readonly children: readonly string[];
}

/** A table as the schema module declares it. */
export interface Declared {
  readonly schema: string;
  readonly name: string;
  readonly kind: Kind;
  readonly tenantColumn: string | undefined;
  readonly common: boolean;
}

const columnsQuery = (role: string) => `
select a.attrelid as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, coalesce(b.typcategory, t.typcategory)::text as category,
  array(select e.enumlabel::text from pg_enum e where e.enumtypid = coalesce(b.oid, t.oid) order by e.enumsortorder) as labels,
  case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4
    when b.typname in ('varchar', 'bpchar') and t.typtypmod > 4 then t.typtypmod - 4 else 0 end as length,
  a.attnotnull or t.typnotnull as "notNull", a.atthasdef or a.attidentity <> '' or t.typdefault is not null as "hasDefault",
  a.attgenerated <> '' or a.attidentity = 'a' as generated,
  has_column_privilege(${role}, a.attrelid, a.attnum, 'update') and not exists (select from pg_trigger g join pg_proc p on p.oid = g.tgfoid
    where g.tgrelid = a.attrelid and p.proname = 'refuse_column_change' and a.attnum = any (g.tgattr::int2[])) as "mayUpdate"
from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype and t.typbasetype <> 0
where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped order by a.attnum`;

const constraintsQuery = `
select k.conrelid as oid, k.conname as name,
  case k.contype when 'p' then 'primary' when 'u' then 'unique' when 'f' then 'foreign' when 'x' then 'exclude' else 'check' end as kind,
  array(select a.attname::text from unnest(k.conkey) with ordinality c (n, i) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.n order by c.i) as columns,
  coalesce(f.nspname || '.' || r.relname, '') as "foreignTable",
  array(select a.attname::text from unnest(k.confkey) with ordinality c (n, i) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.n order by c.i) as "foreignColumns",
  pg_get_constraintdef(k.oid) as definition
from pg_constraint k left join pg_class r on r.oid = k.confrelid left join pg_namespace f on f.oid = r.relnamespace
where k.conrelid = any ($1::oid[]) and k.contype in ('p', 'u', 'f', 'x', 'c') and k.conparentid = 0
union all
select i.indrelid, c.relname, 'unique', array(select a.attname::text from unnest(i.indkey) with ordinality k (n, p)
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by k.p), '', '{}', ''
from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = any ($1::oid[]) and i.indisunique and i.indpred is null and i.indexprs is null
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))`;

const childrenQuery = `
with recursive child as (
  select inhrelid as oid, inhparent as root from pg_inherits where inhparent = any ($1::oid[])
  union all select i.inhrelid, c.root from pg_inherits i join child c on i.inhparent = c.oid)
select c.root, format('%I.%I', n.nspname, r.relname) as name
from child c join pg_class r on r.oid = c.oid join pg_namespace n on n.oid = r.relnamespace where r.relkind in ('r', 'f')`;

/** Reads the declared tables from the database; missing ones are reported. */
export async function readModel(
  client: Pick<pg.ClientBase, 'query'>,
  declared: readonly Declared[],
  role: string,
): Promise<{ readonly tables: readonly Table[]; readonly missing: readonly string[] }> {
  const names = declared.map((table) => `${identifier(table.schema)}.${identifier(table.name)}`);
  const { rows: oids } = await client.query(
    'select to_regclass(name)::oid as oid from unnest($1::text[]) with ordinality n (name, i) order by i',
    [names],
  );
  const found = oids.map(({ oid }) => oid as number | null);
  const all = found.filter((oid) => oid !== null);
  const columns = grouped((await client.query(columnsQuery(pgLiteral(role)), [all])).rows, 'oid');
  const constraints = grouped((await client.query(constraintsQuery, [all])).rows, 'oid');
  const children = grouped((await client.query(childrenQuery, [all])).rows, 'root');
  const tables = declared.flatMap((table, i): Table[] => {
    const oid = found[i];
    if (oid === null || oid === undefined) return [];
    const own = {
      columns: (columns.get(oid) ?? []) as unknown as Column[],
      constraints: (constraints.get(oid) ?? []) as unknown as Constraint[],
    };
    return [
      {
        title: titleOf(table),
        path: `${table.schema}.${table.name}`,
        sql: names[i] as string,
        kind: table.kind,
        tenantColumn: table.tenantColumn,
        common: table.common,
        ...own,
        key: keyOf(own),
        children: (children.get(oid) ?? []).map((child) => String(child.name)),
      },
    ];
  });
  return { tables, missing: declared.filter((_, i) => found[i] === null).map(titleOf) };
}

const pgLiteral = (text: string) => `'${text.replaceAll("'", "''")}'`;

const titleOf = ({ schema, name }: { schema: string; name: string }) =>
  schema === 'public' ? name : `${schema}.${name}`;

function keyOf({
  columns,
  constraints,
}: Pick<Table, 'columns' | 'constraints'>): readonly string[] {
  const notNull = new Set(columns.filter((c) => c.notNull).map((c) => c.name));
  const keys = constraints.filter(({ kind }) => kind === 'primary' || kind === 'unique');
  const primary = keys.find(({ kind }) => kind === 'primary');
  const key = primary ?? keys.find((each) => each.columns.every((column) => notNull.has(column)));
  return key?.columns ?? columns.map((column) => column.name);
}

function grouped<R extends Record<string, unknown>>(
  rows: readonly R[],
  by: string,
): Map<number, R[]> {
  const groups = new Map<number, R[]>();
  for (const row of rows) {
    const key = row[by] as number;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
