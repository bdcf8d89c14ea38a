import { type Ddl, ddl, join, literal, type SqlFunction, sqlLiteral } from '@tenantry/core/sql';
import type { Part } from '../tables/marks.ts';
import { overdueOnShards, removeOnShards } from './citus/clean.ts';
import { log, logOf } from './citus/limit-log.ts';
import { systemFunction } from './functions.ts';
import type { Kept } from './kept.ts';
import type { Model, SqlTable } from './model.ts';

/** The condition for expired rows of a table, before `cutoff`, with alias `v`. */
const due: Readonly<Partial<Record<Part, (table: SqlTable, model: Model) => Ddl>>> = {
  usageEvents: () => ddl`v.created_at < cutoff and v.state <> 'reserved'`,
  // lifetime counters and rows of counter-backed counts never end
  usageCounters: () => ddl`v.period_end < cutoff`,
  limitEvents: () => ddl`v.created_at < cutoff`,
  limitStates: () => ddl`v.grace_until < cutoff`,
  featureOverrides: () => ddl`v.ends_at < cutoff`,
  // the state at the cutoff is kept; a deletion is removed after all rows that it ended
  entitlementHistory: (history, model) =>
    followed(model, history, ddl`h.${history.tenant} = v.${history.tenant} and `),
  planHistory: (history, model) => followed(model, history, ddl``),
};

/** The state at the cutoff is kept; a deletion is removed after all rows that it ended. */
function followed({ home }: Model, { path }: SqlTable, whose: Ddl): Ddl {
  const [later, earlier] =
    home === undefined
      ? [ddl`h.id > v.id and h.at < cutoff`, ddl`h.id < v.id`]
      : [ddl`(h.at, h.id) > (v.at, v.id) and h.at < cutoff`, ddl`(h.at, h.id) < (v.at, v.id)`];
  const other = (which: Ddl): Ddl =>
    ddl`exists (select from ${path} h where ${whose}h.subject = v.subject and h.key = v.key and ${which})`;
  return ddl`v.at < cutoff and (${other(later)} or v.state is null and not ${other(earlier)})`;
}

/**
 * `tenantry.limit_clean(table, retain_days, from_page, pages)`: deletes expired rows from some pages of a
 * table and returns the next page. Each page is read once, and no index is needed. Rows that others lock
 * are skipped and counted. Null for a table that the application does not have.
 */
export function cleanFunctions(model: Model): SqlFunction[] {
  const tables: Kept[] = (Object.keys(due) as Part[]).flatMap((part) => {
    const table = model.table(part);
    return table === undefined
      ? []
      : [{ part, path: table.path, old: due[part]?.(table, model) as Ddl }];
  });
  if (model.table('limitStates') !== undefined) {
    // not before the end of the longest grace period that one of them could start
    const longest = ddl`(select max(p.grace_days) from ${model.needed('planFeatures').path} p)`;
    const days = model.home === undefined ? longest : ddl`longest_grace`;
    const old = ddl`v.at < cutoff and v.at < statement_timestamp() - make_interval(days => coalesce(${days}, 0))`;
    tables.push({ part: 'limitChanges', path: log, old });
    if (model.home !== undefined) tables.push({ part: 'limitChanges', path: logOf(false), old });
  }
  return model.home === undefined
    ? [removeFunction(model, tables), overdueFunction(model, tables)]
    : [removeOnShards(model, tables), overdueOnShards(model, tables)];
}

/**
 * `tenantry.limit_overdue(table, retain_days)`: the number of expired rows of a table, up to 1000, for
 * doctor. Null for a table that the application does not have.
 */
function overdueFunction(model: Model, tables: readonly Kept[]): SqlFunction {
  const arms = tables.map(
    ({ part, path, old }) => ddl`
        if of_table = ${literal(part)} then
          return jsonb_build_object('table', ${sqlLiteral({ sql: path.sql.replaceAll('"', '') })},
            'rows', (select count(*) from (select from ${path} v where ${old} limit 1000) x));
        end if;`,
  );
  return systemFunction(
    model,
    ddl`limit_overdue(of_table text, retain_days integer) returns jsonb`,
    ddl`
      declare
        cutoff constant timestamptz := statement_timestamp() - make_interval(days => retain_days);
      begin
        ${join(arms, '\n')}
        return null;
      end`,
    { volatility: 'stable' },
  );
}

function removeFunction(model: Model, tables: readonly Kept[]): SqlFunction {
  const arms = tables.flatMap(({ part, path, old }) => {
    const range = ddl`v.ctid >= first and v.ctid < last`;
    return [
      ddl`
        if of_table = ${literal(part)} then
          bytes := greatest(pg_relation_size(${sqlLiteral(path)}::regclass),
            (select max(pg_relation_size(t.relid)) from pg_partition_tree(${sqlLiteral(path)}::regclass) t));
          select count(*) into found_due from ${path} v where ${range} and ${old};
          if found_due > 0 then
            with old as materialized (
              select v.tableoid as leaf, v.ctid as place from ${path} v where ${range} and ${old} for update skip locked
            )
            delete from ${path} v using old o where v.tableoid = o.leaf and v.ctid = o.place and ${range};
            get diagnostics removed = row_count;
          end if;
        end if;`,
    ];
  });
  return systemFunction(
    model,
    ddl`limit_clean(of_table text, retain_days integer, from_page bigint, pages integer) returns jsonb`,
    ddl`
      declare
        cutoff constant timestamptz := statement_timestamp() - make_interval(days => retain_days);
        first constant tid := format('(%s,0)', from_page)::tid;
        last constant tid := format('(%s,0)', from_page + pages)::tid;
        bytes bigint;
        found_due bigint;
        removed bigint := 0;
      begin
        ${join(arms, '\n')}
        if bytes is null then
          return null;
        end if;
        return jsonb_build_object('removed', removed, 'left', found_due - removed, 'next',
          case when (from_page + pages) * current_setting('block_size')::bigint < bytes then from_page + pages end);
      end`,
  );
}
