import { type Ddl, ddl, join } from '@tenantry/core/sql';
import { giveBack } from './counter-backed.ts';
import { systemFunction } from './functions.ts';
import {
  byTenant,
  executes,
  functionName,
  hold,
  isCounterBacked,
  type Limited,
  recounts,
  type Trigger,
  trigger,
} from './limited.ts';
import { enforcedLimit, likelyTenant, ordinaryWay } from './live.ts';
import type { Model } from './model.ts';

/**
 * Runs once after the statement, with all of its rows. It is exact for bulk inserts and COPY, and ignores
 * rows that ON CONFLICT skipped; a BEFORE row trigger would count them.
 */
export function insertTrigger(model: Model, limited: readonly Limited[]): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const called = functionName('insert', table);
  const body = insertBody(model, limited);
  return [
    {
      table,
      name: 'tenantry_limit_insert',
      functions: [systemFunction(model.tenancy, { name: called, returns: trigger, body })],
      on: ddl`after insert on ${table.path} referencing new table as inserted ${executes('statement', called)}`,
    },
  ];
}

/** For each feature the limit is read together with the rows, which saves a query. */
function insertBody(model: Model, limited: readonly Limited[]): Ddl {
  const blocks = limited.map((each) => {
    const live = each.mode === 'live';
    const limit = enforcedLimit(model, each.feature, ddl`g.tenant`);
    return ddl`
          <<feature>>
          begin
            ${live ? ordinaryWay(model, each.feature, each.table) : ddl``}
            for r in select g.*, l.* from (${byTenant('inserted', each)}) g cross join lateral (${limit}) l order by g.tenant loop
              of_tenant := r.tenant;
              added := r.added;
              ${hold(model, each, 'before')}
            end loop;
          end feature;`;
  });
  return ddl`
        declare
          r record;
          of_tenant ${model.tenantType};
          added bigint;
          ${limited.every(isCounterBacked) ? ddl`` : ddl`likely constant ${model.tenantType} := ${likelyTenant(model)};`}
        begin
          ${join(blocks, '\n')}
          return null;
        end`;
}

/** Deleted rows must be subtracted only from a counter; a live count does not include them anyway. */
export function deleteTriggers(model: Model, all: readonly Limited[]): Trigger[] {
  const limited = all.filter(isCounterBacked);
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const deleted = functionName('delete', table);
  const truncated = functionName('truncate', table);
  const make = (called: string, body: Ddl) => [
    systemFunction(model.tenancy, { name: called, returns: trigger, body }),
  ];
  return [
    {
      table,
      name: 'tenantry_limit_delete',
      functions: make(deleted, deleteBody(model, limited)),
      on: ddl`after delete on ${table.path} referencing old table as removed ${executes('statement', deleted)}`,
    },
    {
      table,
      name: 'tenantry_limit_truncate',
      functions: make(
        truncated,
        ddl`
        begin
          ${join(recounts(limited), '\n')}
          return null;
        end`,
      ),
      on: ddl`after truncate on ${table.path} ${executes('statement', truncated)}`,
    },
  ];
}

function deleteBody(model: Model, limited: readonly Limited[]): Ddl {
  const loops = limited.map(
    (each) => ddl`
          for r in ${byTenant('removed', each)} order by 1 loop
            ${giveBack(model, each.feature, ddl`r.tenant`, ddl`r.added`)}
          end loop;`,
  );
  return ddl`
        declare
          r record;
        begin
          ${join(loops, '\n')}
          return null;
        end`;
}
