import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { giveBack } from './counter-backed.ts';
import {
  byTenant,
  executes,
  isCounterBacked,
  type Limited,
  type Trigger,
  triggerFunction,
} from './limited.ts';
import { likelyTenant, ordinaryWay } from './live.ts';
import type { Model } from './model.ts';

/**
 * Runs once after the statement, with all of its rows. It is exact for bulk inserts and COPY, and ignores
 * rows that ON CONFLICT skipped; a BEFORE row trigger would count them.
 */
export function insertTrigger(model: Model, limited: readonly Limited[]): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const made = triggerFunction(model, 'insert', table, [], insertBody(model, limited));
  return [
    {
      table,
      name: 'tenantry_limit_insert',
      made,
      on: ddl`after insert on ${table.path} referencing new table as inserted ${executes('statement', made.target)}`,
    },
  ];
}

function insertBody(model: Model, limited: readonly Limited[]): Ddl {
  const likely =
    model.home !== undefined || limited.every(isCounterBacked)
      ? ddl``
      : ddl`
        declare
          likely constant ${model.tenantType} := ${likelyTenant(model)};
      `;
  return ddl`
    ${likely}
    begin
      ${join(
        limited.map((each) => inserted(model, each)),
        '\n',
      )}
      return null;
    end
  `;
}

function inserted(model: Model, limited: Limited): Ddl {
  const feature = literal(limited.feature);
  const groups = byTenant('inserted', limited);
  if (isCounterBacked(limited)) {
    return ddl`perform tenantry.limit_add_rows(g.tenant, ${feature}, g.added) from (${groups}) g;`;
  }
  const checked = ddl`perform tenantry.limit_check(g.tenant, ${feature}, g.added, false) from (${groups}) g;`;
  // a query on a shard has no transition table beside it
  if (model.home !== undefined) return checked;
  return ddl`
    <<feature>>
    begin
      ${ordinaryWay(model, limited.feature, limited.table)}
      ${checked}
    end feature;
  `;
}

/** Deleted rows must be subtracted only from a counter; a live count does not include them anyway. */
export function deleteTriggers(model: Model, all: readonly Limited[]): Trigger[] {
  const limited = all.filter(isCounterBacked);
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const made = triggerFunction(model, 'delete', table, [], deleteBody(model, limited));
  return [
    {
      table,
      name: 'tenantry_limit_delete',
      made,
      on: ddl`after delete on ${table.path} referencing old table as removed ${executes('statement', made.target)}`,
    },
    {
      table,
      name: 'tenantry_limit_truncate',
      on: ddl`after truncate on ${table.path} ${executes('statement', ddl`tenantry.limit_truncated`, limited)}`,
    },
  ];
}

function deleteBody(model: Model, limited: readonly Limited[]): Ddl {
  const loops = limited.map(
    (each) => ddl`
      for r in ${byTenant('removed', each)} loop
        ${giveBack(model, literal(each.feature), ddl`r.tenant`, ddl`r.added`)}
      end loop;
    `,
  );
  return ddl`
    declare
      r record;
    begin
      ${join(loops, '\n')}
      return null;
    end
  `;
}
