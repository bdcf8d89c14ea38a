import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { findTable } from '../facts.ts';
import type { FillSource } from '../plan.ts';
import { keyTo } from '../plan-file.ts';
import type { StepContext } from './step.ts';

/** A source of tenants as SQL. */
export interface SourceSql {
  readonly source: FillSource;
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

type Within = Pick<StepContext, 'plan' | 'facts' | 'planned' | 'live' | 'tenancy'>;

/** `public.projects`, quoted. */
export const quotedPath = (table: string): Ddl => {
  const dot = table.indexOf('.');
  return name(table.slice(0, dot), table.slice(dot + 1));
};

/** The sources of a table, in the order in which they are asked. */
export const sourcesOf = (context: Within): SourceSql[] =>
  (context.planned.fill ?? []).map((source, i) => sourceSql(context, source, i));

function sourceSql(context: Within, source: FillSource, i: number): SourceSql {
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
}: Pick<Within, 'live' | 'planned' | 'tenancy'>) =>
  live.columns.find((column) => column.name === planned.column)?.type ?? tenancy.id;

function ofParent(
  { plan, facts, live }: Within,
  source: Extract<FillSource, { from: 'parent' }>,
  alias: Ddl,
): SourceSql {
  const parent = plan.tables.find(({ table }) => table === source.parent);
  const key = keyTo(live, source);
  const at = key?.columns.indexOf(source.column) ?? 0;
  const id = name(key?.foreignColumns[at] ?? 'id');
  const column = name(parent?.column ?? '');
  const by = name(source.column);
  const from = quotedPath(source.parent);
  const isThere = findTable(facts, source.parent) !== undefined;
  return {
    source,
    one: (row) => ddl`(select p.${column} from ${from} p where p.${id} = ${row}.${by})`,
    batch: undefined,
    joins: isThere ? ddl`left join ${from} ${alias} on ${alias}.${id} = t.${by}` : ddl``,
    tenant: ddl`${alias}.${column}`,
    why: ddl`'ADOPT_PARENT_WITHOUT_TENANT ' || case when t.${by} is null then ${literal(`${source.column} is null`)} else ${literal(`the row of ${source.parent} has none`)} end`,
  };
}

function ofOwner(
  { plan, facts, live }: Within,
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

/**
 * What a transaction over the rows of a table begins with: the system role, where policies of tables that
 * are enforced already would hide rows from the login.
 */
export function readingRole({ facts, plan, planned, live, tenancy }: Within): string[] {
  const read = [
    `${live.schema}.${live.name}`,
    ...(plan.members === null ? [] : [plan.members.table]),
    ...(planned.fill ?? []).flatMap((source) => (source.from === 'parent' ? [source.parent] : [])),
  ];
  const hides = facts.isBound && read.some((table) => findTable(facts, table)?.forced === true);
  if (!hides) return [];
  const system = name(tenancy.roles.system);
  const target = name(live.schema, live.name);
  return [
    ddl`grant usage on schema ${name(live.schema)} to ${system}`.sql,
    ddl`grant select, update on ${target} to ${system}`.sql,
    ddl`set local role ${system}`.sql,
  ];
}

/** Reads rows in one transaction, past the policies of tables that are enforced already. */
export async function asReader<R>(
  context: Within & Pick<StepContext, 'connection'>,
  fn: () => Promise<R>,
): Promise<R> {
  const { connection } = context;
  await connection.query('begin');
  try {
    for (const sql of readingRole(context)) await connection.query(sql);
    return await fn();
  } finally {
    await connection.query('rollback').catch(() => {});
  }
}
