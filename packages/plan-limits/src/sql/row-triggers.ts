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
 * After each row that begins to count, or stops where a counter is kept. The WHEN keeps every other
 * update free of it; UPDATE OF would miss columns that another trigger sets. A row
 * that moves to another partition is none of its: see {@link partitionTriggers}.
 */
export function rowUpdateTrigger(model: Model, limited: Limited): Trigger {
  const { feature, mode, table } = limited;
  const called = functionName('update', table, feature);
  const [before, after] = [counts(table, ddl`old`), counts(table, ddl`new`)];
  const moved = ddl`old.${table.tenant} is distinct from new.${table.tenant}`;
  // the text of a WHEN is copied for every statement on the table, inserts too
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
 * Of a partitioned table: a row that moves to another partition, which is a DELETE and an INSERT there,
 * and what is written into a partition by its name, for which triggers of statements on the table do not
 * fire. Triggers of rows are on every partition, also on one that is attached later.
 *
 * What an INSERT into the table adds, and a DELETE takes, the triggers of those statements see. For a row
 * that moves the tenant is noted, for {@link settleTriggers} at the end of the statement.
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
 * What holds a limit row by row. Row triggers fire when all rows of their statement are there, so the
 * first of three sees three more. The n-th takes itself for n rows, and the last one knows how many
 * there were before: a mark counts them, of the statement that wrote the row (xmin and cmin) and the
 * tenant. Who writes the mark by hand can only make the limit stricter for himself.
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
