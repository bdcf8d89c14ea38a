import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { counts } from './conditions.ts';
import { giveBack } from './counter-backed.ts';
import { systemFunction } from './functions.ts';
import {
  executes,
  functionName,
  hold,
  isCounterBacked,
  type Limited,
  type Trigger,
  trigger,
} from './limited.ts';
import type { Model } from './model.ts';
import { noteTenant, statementsOnRoot } from './partitions.ts';

/**
 * Runs after each row that starts to count, or stops to count when a counter is kept. The WHEN condition
 * excludes all other updates; UPDATE OF would miss columns that another trigger sets. Rows that move to
 * another partition are handled by {@link partitionTriggers}.
 */
export function rowUpdateTrigger(model: Model, limited: Limited): Trigger {
  const { feature, mode, table } = limited;
  const called = functionName('update', table, feature);
  const [before, after] = [counts(table, ddl`old`), counts(table, ddl`new`)];
  const moved = ddl`old.${table.tenant} is distinct from new.${table.tenant}`;
  // the WHEN text is copied for every statement on the table, also for inserts
  const always = Object.keys(table.where).length === 0;
  const begins = always ? moved : ddl`${after} and (${before} is not true or ${moved})`;
  const ends = always ? moved : ddl`${before} and (${after} is not true or ${moved})`;
  const leave =
    mode === 'live'
      ? ddl``
      : ddl`
          if ${ends} then
            ${giveBack(model, feature, ddl`old.${table.tenant}`, ddl`1`)}
          end if;`;
  const body = ddl`
        declare
          of_tenant ${model.tenantType} := new.${table.tenant};
          added bigint := 1;
        begin
          ${leave}
          if ${begins} then
            ${holdEach(model, limited)}
          end if;
          return null;
        end`;
  return {
    table,
    name: `tenantry_limit_update_${feature}`,
    functions: [systemFunction(model.tenancy, { name: called, returns: trigger, body })],
    on: ddl`after update on ${table.path}
      for each row when (${mode === 'live' || always ? begins : ddl`(${begins}) or (${ends})`}) execute function ${{ sql: `tenantry."${called}"` }}()`,
  };
}

/**
 * For partitioned tables: a row that moves to another partition (a DELETE and an INSERT), and rows
 * written directly into a partition, for which statement triggers of the table do not fire. Row triggers
 * exist on every partition, also on one that is attached later.
 *
 * The statement triggers see rows of an INSERT into the table and of a DELETE from it. For a moved row
 * the tenant is recorded, for {@link settleTriggers} at the end of the statement.
 */
export function partitionTriggers(model: Model, limited: readonly Limited[]): Trigger[] {
  const counters = limited.filter(isCounterBacked);
  const added = rowTrigger(model, limited, 'insert', (each) => holdEach(model, each));
  if (counters.length === 0) return added;
  const gone = rowTrigger(model, counters, 'delete', ({ feature }) =>
    giveBack(model, feature, ddl`of_tenant`, ddl`1`),
  );
  return [...added, ...gone];
}

function rowTrigger(
  model: Model,
  limited: readonly Limited[],
  event: 'insert' | 'delete',
  then: (each: Limited) => Ddl,
): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const row: Ddl = { sql: event === 'insert' ? 'new' : 'old' };
  const called = functionName(event, table, 'row');
  const blocks = limited.map(
    (each) => ddl`
          if ${counts(each.table, row)} then
            ${then(each)}
          end if;`,
  );
  const body = ddl`
        declare
          of_tenant ${model.tenantType} := ${row}.${table.tenant};
          added bigint := 1;
          statements constant text := ${statementsOnRoot};
        begin
          if statements <> '' then
            if strpos(statements, ${literal(event)}) = 0 then
              ${noteTenant}
            end if;
            return null;
          end if;
          ${join(blocks, '\n')}
          return null;
        end`;
  return [
    {
      table,
      name: `tenantry_limit_row_${event}`,
      isOfPartitions: true,
      functions: [systemFunction(model.tenancy, { name: called, returns: trigger, body })],
      on: ddl`after ${{ sql: event }} on ${table.path} ${executes('row', called)}`,
    },
  ];
}

/**
 * Enforces a limit row by row. Row triggers fire after all rows of their statement exist, so the first of
 * three rows already sees all three. The n-th trigger counts itself as n rows, and the last one knows the
 * count from before. A mark keeps n for the statement that wrote the row (xmin and cmin) and the tenant.
 * A caller who changes the mark can only make its own limit stricter.
 */
function holdEach(model: Model, limited: Limited): Ddl {
  if (limited.mode === 'counter') return hold(model, limited);
  const mark = ddl`concat_ws(' ', new.xmin, new.cmin, ${literal(limited.feature)}, of_tenant, '')`;
  return ddl`
            declare
              mark constant text := ${mark};
              memo constant text := current_setting($name$tenantry.limit_row$name$, true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config($name$tenantry.limit_row$name$, mark || added, true);
              ${hold(model, limited, 'each')}
            end;`;
}
