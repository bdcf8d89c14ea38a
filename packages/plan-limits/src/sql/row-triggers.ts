import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { counts } from './conditions.ts';
import { giveBack } from './counter-backed.ts';
import {
  executes,
  isCounterBacked,
  type Limited,
  type Trigger,
  triggerFunction,
} from './limited.ts';
import type { Model } from './model.ts';

/**
 * Runs after each row that starts to count, or stops to count when a counter is kept. The WHEN condition
 * excludes all other updates; UPDATE OF would miss columns that another trigger sets. Rows that move to
 * another partition are handled by {@link partitionTriggers}.
 */
export function rowUpdateTrigger(model: Model, limited: Limited): Trigger {
  const { feature, table } = limited;
  const [before, after] = [counts(table, ddl`old`), counts(table, ddl`new`)];
  const moved = ddl`old.${table.tenant} is distinct from new.${table.tenant}`;
  // the WHEN text is copied for every statement on the table, also for inserts
  const always = Object.keys(table.where).length === 0;
  const begins = always ? moved : ddl`${after} and (${before} is not true or ${moved})`;
  const ends = always ? moved : ddl`${before} and (${after} is not true or ${moved})`;
  const counter = isCounterBacked(limited);
  const body = counter
    ? ddl`
        if ${ends} then
          ${giveBack(model, literal(feature), ddl`old.${table.tenant}`, ddl`1`)}
        end if;
        if ${begins} then
          ${addRow(limited)}
        end if;
      `
    : addRow(limited);
  const made = triggerFunction(
    model,
    'update',
    table,
    [feature],
    ddl`
      begin
        ${body}
        return null;
      end
    `,
  );
  const when = counter && !always ? ddl`(${begins}) or (${ends})` : begins;
  return {
    table,
    name: `tenantry_limit_update_${feature}`,
    made,
    on: ddl`after update on ${table.path}
      for each row when (${when}) execute function ${made.target}()`,
  };
}

/** Holds the limit for the row `new`. */
const addRow = ({ feature, mode, table }: Limited): Ddl =>
  mode === 'counter'
    ? ddl`perform tenantry.limit_add_rows(new.${table.tenant}, ${literal(feature)}, 1);`
    : ddl`perform tenantry.limit_check_row(new.${table.tenant}, ${literal(feature)}, concat_ws(' ', new.xmin, new.cmin));`;

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
  return [
    ...rowTrigger(model, limited, 'insert', addRow),
    ...rowTrigger(model, counters, 'delete', ({ feature, table }) =>
      giveBack(model, literal(feature), ddl`old.${table.tenant}`, ddl`1`),
    ),
  ];
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
  const blocks = limited.map(
    (each) => ddl`
      if ${counts(each.table, row)} then
        ${then(each)}
      end if;
    `,
  );
  const made = triggerFunction(
    model,
    `row_${event}`,
    table,
    [],
    ddl`
      begin
        if tenantry.limit_row_by_itself(tg_relid, ${literal(event)}, ${row}.${table.tenant}) then
          ${join(blocks, '\n')}
        end if;
        return null;
      end
    `,
  );
  return [
    {
      table,
      name: `tenantry_limit_row_${event}`,
      isOfPartitions: true,
      made,
      on: ddl`after ${{ sql: event }} on ${table.path} ${executes('row', made.target)}`,
    },
  ];
}
