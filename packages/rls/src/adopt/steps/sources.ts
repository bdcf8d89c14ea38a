import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { findTable } from '../facts.ts';
import type { FillSource } from '../plan.ts';
import { keyTo } from '../references.ts';
import type { StepContext } from './step.ts';

/** A source of tenants as SQL. */
export interface SourceSql {
  readonly source: FillSource;
  /** The columns of the row by which its tenant is found. */
  readonly by: readonly string[];
  /** The tenant of one row, as a scalar subquery; `row` is the row: `new`, `t`. */
  one(row: Ddl): Ddl;
  /** The tenants of a batch of rows, as a common table expression that `joins` reads. */
  readonly batch: Ddl | undefined;
  /** How the rows `t` of a batch reach them. */
  readonly joins: Ddl;
  /** The tenant of the joined row. */
  readonly tenant: Ddl;
  /** Why a row got none, as a text in SQL; it begins with the code of the finding. */
  readonly why: Ddl;
}

/** What tells where the tenant of a row comes from. */
export type SourceContext = Pick<StepContext, 'plan' | 'facts' | 'planned' | 'live' | 'tenancy'>;

/** `public.projects`, quoted. */
export const quotedPath = (table: string): Ddl => {
  const dot = table.indexOf('.');
  return name(table.slice(0, dot), table.slice(dot + 1));
};

/** The sources of a table, in the order in which they are asked. */
export const sourcesOf = (context: SourceContext): SourceSql[] =>
  (context.planned.fill ?? []).map((source, i) => sourceSql(context, source, i));

function sourceSql(context: SourceContext, source: FillSource, i: number): SourceSql {
  const alias = name(`s${i}`);
  switch (source.from) {
    case 'parent':
      return ofParent(context, source, alias);
    case 'owner':
      return ofOwner(context, source, alias);
    case 'tenant': {
      const value = ddl`${literal(source.id)}::${{ sql: columnType(context) }}`;
      return {
        source,
        by: [],
        one: () => value,
        batch: undefined,
        joins: ddl``,
        tenant: value,
        why: literal('ADOPT_ROW_WITHOUT_SOURCE'),
      };
    }
  }
}

/** The type of the tenant column, also of one that is still missing. */
export const columnType = ({
  live,
  planned,
  tenancy,
}: Pick<SourceContext, 'live' | 'planned' | 'tenancy'>) =>
  live.columns.find((column) => column.name === planned.column)?.type ?? tenancy.id;

function ofParent(
  { plan, facts, live }: SourceContext,
  source: Extract<FillSource, { from: 'parent' }>,
  alias: Ddl,
): SourceSql {
  const parent = plan.tables.find(({ table }) => table === source.parent);
  const key = keyTo(live, source);
  const column = name(parent?.column ?? '');
  const isRow = (of: Ddl, row: Ddl) =>
    join(
      (key?.columns ?? []).map(
        (each, i) => ddl`${of}.${name(key?.foreignColumns[i] ?? 'id')} = ${row}.${name(each)}`,
      ),
      ' and ',
    );
  const isNull = join(
    (key?.columns ?? []).map((each) => ddl`t.${name(each)} is null`),
    ' or ',
  );
  const from = quotedPath(source.parent);
  const isThere = key !== undefined && findTable(facts, source.parent) !== undefined;
  return {
    source,
    by: key?.columns ?? [],
    one: (row) => ddl`(select p.${column} from ${from} p where ${isRow(ddl`p`, row)})`,
    batch: undefined,
    joins: isThere ? ddl`left join ${from} ${alias} on ${isRow(alias, ddl`t`)}` : ddl``,
    tenant: ddl`${alias}.${column}`,
    why: ddl`'ADOPT_PARENT_WITHOUT_TENANT ' || case when ${isNull} then ${literal(`${(key?.columns ?? []).join(', ')} is null`)} else ${literal(`the row of ${source.parent} has none`)} end`,
  };
}

function ofOwner(
  { plan, facts, live }: SourceContext,
  source: Extract<FillSource, { from: 'owner' }>,
  alias: Ddl,
): SourceSql {
  const { table = '', tenant = '', user = '' } = plan.members ?? {};
  const typeOf = (of: typeof live | undefined, column: string) =>
    of?.columns.find((each) => each.name === column)?.type;
  const alike = typeOf(live, source.column) === typeOf(findTable(facts, table), user);
  const cast: Ddl = alike ? ddl`` : ddl`::text`;
  const by = name(source.column);
  const [of, member] = [name(tenant), name(user)];
  return {
    source,
    by: [source.column],
    one: (row) => ddl`(select case when count(distinct m.${of}) = 1 then (array_agg(m.${of}))[1] end
      from ${quotedPath(table)} m where m.${member}${cast} = ${row}.${by}${cast})`,
    batch: ddl`${alias} as materialized (
      select m.${member}${cast} as of_user, count(distinct m.${of}) as tenants, (array_agg(m.${of}))[1] as tenant
      from ${quotedPath(table)} m where m.${member}${cast} in (select ${by}${cast} from rows_of_batch) group by 1)`,
    joins: ddl`left join ${alias} on ${alias}.of_user = t.${by}${cast}`,
    tenant: ddl`case when ${alias}.tenants = 1 then ${alias}.tenant end`,
    why: ddl`case when ${alias}.tenants > 1 then 'ADOPT_OWNER_IN_SEVERAL its owner is a member of several tenants'
      when t.${by} is null then ${literal(`ADOPT_OWNER_WITHOUT_TENANT ${source.column} is null`)}
      else 'ADOPT_OWNER_WITHOUT_TENANT its owner is a member of no tenant' end`,
  };
}

/** The first tenant that the sources of a joined row have. */
export const firstTenant = (sources: readonly SourceSql[]): Ddl =>
  ddl`coalesce(${join(sources.map(({ tenant }) => tenant))})`;
