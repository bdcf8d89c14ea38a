import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { systemFunction } from './functions.ts';
import { executes, type Trigger, trigger } from './limited.ts';
import type { Model, SqlCounted } from './model.ts';

const roots = ddl`coalesce(current_setting($name$tenantry.limit_roots$name$, true), '')`;
/** Tenants whose rows a statement has moved. */
export const noted = ddl`coalesce(current_setting($name$tenantry.limit_noted$name$, true), '')`;

/**
 * The running statements (`insert`, `update`, `delete`) on the partitioned table of a row trigger's
 * partition; '' when the row was written directly into the partition.
 */
export const statementsOnRoot: Ddl = ddl`coalesce((select string_agg(m[1], ' ')
            from regexp_matches(${roots}, format(',%s ([a-z]+)', pg_partition_root(tg_relid)::oid), 'g') m), '')`;

/** Notes `of_tenant` for the end of the statement. */
export const noteTenant: Ddl = ddl`if strpos(${noted}, of_tenant::text || ',') = 0 then
                perform set_config($name$tenantry.limit_noted$name$, ${noted} || of_tenant || ',', true);
              end if;`;

/**
 * `tenantry.limit_root()`: records for row triggers that a statement on a partitioned table is running.
 * The BEFORE trigger adds it to a list; the AFTER trigger, which fires after the row triggers, removes
 * it. After an error the rollback restores the list.
 *
 * A caller who changes the list can only hide rows that it writes directly into a partition, and the app
 * role has no right to do that by default.
 */
export function rootSql(model: Model): Ddl {
  const entry = ddl`format(',%s %s', tg_relid, lower(tg_op))`;
  return systemFunction(model.tenancy, {
    name: 'limit_root',
    returns: trigger,
    body: ddl`
      begin
        perform set_config($name$tenantry.limit_roots$name$, case
          when tg_when = 'BEFORE' then ${roots} || ${entry}
          else regexp_replace(${roots}, ${entry} || '(?![a-z])', '') end, true);
        return null;
      end`,
  });
}

/** The triggers that call it. */
export function rootTriggers(table: SqlCounted): Trigger[] {
  const on = (when: string, called: string): Trigger => ({
    table,
    name: called,
    isOfPartitions: true,
    functions: [],
    on: ddl`${{ sql: when }} insert or update or delete on ${table.path} ${executes('statement', 'limit_root')}`,
  });
  return [on('before', 'tenantry_limit_root'), on('after', 'tenantry_limit_root_end')];
}

/**
 * Creates the triggers of a table. The database decides whether it is partitioned, because drizzle-kit
 * does not support partitions and the application's migrations create them.
 */
export function createTriggers(table: SqlCounted, triggers: readonly Trigger[]): Ddl {
  const create = (each: Trigger) => ddl`create or replace trigger ${name(each.name)} ${each.on};`;
  const special = triggers.filter(({ isOfPartitions = false }) => isOfPartitions);
  const always = triggers.filter(({ isOfPartitions = false }) => !isOfPartitions);
  const drop = (each: Trigger) => ddl`drop trigger if exists ${name(each.name)} on ${table.path};`;
  return ddl`
    ${join(always.map(create), '\n')}
    do $tenantry$
    begin
      if exists (select from pg_class c where c.oid = ${literal(table.path.sql)}::regclass and c.relkind = 'p') then
        ${join(special.map(create), '\n')}
      else
        ${join(special.map(drop), '\n')}
      end if;
    end
    $tenantry$;`;
}
