import { type Ddl, ddl, join, literal, type SqlFunction, sqlLiteral } from '@tenantry/core/sql';
import { systemFunction } from '../functions.ts';
import type { Kept } from '../kept.ts';
import type { Model } from '../model.ts';

const longestGrace = (model: Model): Ddl =>
  model.table('limitStates') === undefined
    ? ddl``
    : ddl`longest_grace constant integer := (select max(p.grace_days) from ${model.needed('planFeatures').path} p);`;

const cutoff = ddl`cutoff constant timestamptz := statement_timestamp() - make_interval(days => retain_days);`;

/**
 * `tenantry.limit_clean(table, retain_days, from_page, pages)` on Citus: deletes what has expired on all
 * shards. The pages of a shard are its own, so it is one statement; it waits for rows that others lock.
 */
export function removeOnShards(model: Model, tables: readonly Kept[]): SqlFunction {
  const arms = tables.map(
    ({ part, path, old }) => ddl`
        if of_table = ${literal(part)} then
          delete from ${path} v where ${old};
          get diagnostics more = row_count;
          removed := coalesce(removed, 0) + more;
        end if;`,
  );
  return systemFunction(
    model,
    ddl`limit_clean(of_table text, retain_days integer, from_page bigint, pages integer) returns jsonb`,
    ddl`
      declare
        ${cutoff}
        ${longestGrace(model)}
        more bigint;
        removed bigint;
      begin
        ${join(arms, '\n')}
        return case when removed is not null then jsonb_build_object('removed', removed, 'left', 0, 'next', null) end;
      end`,
  );
}

/** `tenantry.limit_overdue(table, retain_days)` on Citus, where a part may have two tables. */
export function overdueOnShards(model: Model, tables: readonly Kept[]): SqlFunction {
  const arms = tables.map(
    ({ part, path, old }) => ddl`
        if of_table = ${literal(part)} then
          select count(*) into more from (select 1 from ${path} v where ${old} limit 1000) x;
          if result is null or more > (result->>'rows')::bigint then
            result := jsonb_build_object('table', ${sqlLiteral({ sql: path.sql.replaceAll('"', '') })}, 'rows', more);
          end if;
        end if;`,
  );
  return systemFunction(
    model,
    ddl`limit_overdue(of_table text, retain_days integer) returns jsonb`,
    ddl`
      declare
        ${cutoff}
        ${longestGrace(model)}
        more bigint;
        result jsonb;
      begin
        ${join(arms, '\n')}
        return result;
      end`,
    { volatility: 'stable' },
  );
}
