import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { mostKeys } from '../finding.ts';
import { rowKey } from '../row-key.ts';
import { firstTenant, type SourceContext, sourcesOf } from './sources.ts';

/**
 * Fills the rows of some blocks, $1 to $2 as ctid. `changed` counts the rows of which anything but the
 * tenant is different afterwards: a hash of all other columns is taken before and after.
 */
export function batchSql(context: SourceContext, leaf: string): string {
  const sources = sourcesOf(context);
  const column = name(context.planned.column ?? '');
  const from: Ddl = { sql: leaf };
  const batches = sources.flatMap(({ batch }) => (batch === undefined ? [] : [batch]));
  const values = context.live.columns.filter(
    ({ name: each, generated }) => each !== context.planned.column && !generated,
  );
  const hash = (row: string) =>
    ddl`hashtextextended(row(${join(values.map((each) => ddl`${{ sql: row }}.${name(each.name)}`))})::text, 0)`;
  return ddl`
    with rows_of_batch as materialized (
      select ctid as tenantry_at, * from ${from} t where ctid >= $1::tid and ctid < $2::tid and ${column} is null
    ), ${join(
      batches.map((each) => ddl`${each}, `),
      '',
    )}
    wanted as materialized (
      select t.tenantry_at, ${hash('t')} as was, ${firstTenant(sources)} as tenant
      from rows_of_batch t ${join(
        sources.map(({ joins }) => joins),
        ' ',
      )}
    ), filled as (
      update ${from} t set ${column} = w.tenant from wanted w
      where t.ctid = w.tenantry_at and t.ctid >= $1::tid and t.ctid < $2::tid and w.tenant is not null and t.${column} is null
      returning w.was, ${hash('t')} as becomes
    )
    select count(*)::int as filled, count(*) filter (where was <> becomes)::int as changed from filled
  `.sql;
}

/** The rows without a tenant by the reason why, with the keys of the first of each. */
export function gapsSql(context: SourceContext): string {
  const sources = sourcesOf(context);
  const { live, planned } = context;
  const column = name(planned.column ?? '');
  const shown = rowKey(live, ddl`t.tenantry_at`);
  const batches = sources.flatMap(({ batch }) => (batch === undefined ? [] : [batch]));
  const last = sources.at(-1)?.why ?? literal('ADOPT_ROW_WITHOUT_SOURCE');
  return ddl`
    with rows_of_batch as materialized (
      select ctid as tenantry_at, * from ${name(live.schema, live.name)} t where ${column} is null
    )${join(
      batches.map((each) => ddl`, ${each}`),
      '',
    )},
    gaps as (
      select ${last} as why, ${shown} as key, row_number() over (partition by ${last} order by t.tenantry_at) as nth
      from rows_of_batch t ${join(
        sources.map(({ joins }) => joins),
        ' ',
      )}
    )
    select why, count(*)::int as rows, coalesce(jsonb_agg(key order by nth) filter (where nth <= ${{ sql: String(mostKeys) }}), '[]') as keys
    from gaps group by why order by why
  `.sql;
}
