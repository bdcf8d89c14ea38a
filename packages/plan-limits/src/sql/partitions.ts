import { type Ddl, ddl, join, name, type SqlFunction, sqlLiteral } from '@tenantry/core/sql';
import { whenPartitioned } from '@tenantry/rls/feature';
import { systemFunction } from './functions.ts';
import { executes, type Trigger } from './limited.ts';
import type { Model, SqlCounted } from './model.ts';

const roots = ddl`coalesce(current_setting($name$tenantry.limit_roots$name$, true), '')`;
/** Tenants whose rows a statement has moved. */
export const noted = ddl`coalesce(current_setting($name$tenantry.limit_noted$name$, true), '')`;

/**
 * `tenantry.limit_root()`: notes around each statement on a partitioned table that it is under way, for
 * the triggers of its rows. BEFORE puts it on a list; AFTER, which fires when the row triggers have, takes
 * it off. An error takes back what its savepoint has seen.
 *
 * A caller who changes the list can only hide rows that it writes directly into a partition, and the app
 * role has no right to do that by default.
 */
export function rootFunction(model: Model): SqlFunction {
  const entry = ddl`format(',%s %s', tg_relid, lower(tg_op))`;
  return systemFunction(
    model,
    ddl`limit_root() returns trigger`,
    ddl`
      begin
        perform set_config($name$tenantry.limit_roots$name$, case
          when tg_when = 'BEFORE' then ${roots} || ${entry}
          else regexp_replace(${roots}, ${entry} || '(?![a-z])', '') end, true);
        return null;
      end
    `,
  );
}

/**
 * `tenantry.limit_row_by_itself(relation, event, tenant)`: whether a row was written into a partition by
 * its name, so that nothing but the trigger of the row sees it. Under an INSERT, UPDATE or DELETE on the
 * partitioned table the triggers of that statement see it; where they do not, because the row moves, its
 * tenant is noted for the end of the statement.
 */
export const rowFunction = (model: Model): SqlFunction =>
  systemFunction(
    model,
    ddl`limit_row_by_itself(relation oid, event text, of_tenant ${model.tenantType}) returns boolean`,
    ddl`
      declare
        statements constant text[] := array(
          select m[1] from regexp_matches(${roots}, format(',%s ([a-z]+)', pg_partition_root(relation)::oid), 'g') m);
      begin
        if statements = '{}' then
          return true;
        end if;
        if event <> all (statements) and strpos(',' || ${noted}, format(',%s,', of_tenant)) = 0 then
          perform set_config($name$tenantry.limit_noted$name$, ${noted} || of_tenant || ',', true);
        end if;
        return false;
      end
    `,
  );

/** The triggers that call {@link rootFunction}. */
export function rootTriggers(table: SqlCounted): Trigger[] {
  const on = (when: string, called: string): Trigger => ({
    table,
    name: called,
    isOfPartitions: true,
    on: ddl`${{ sql: when }} insert or update or delete on ${table.path} ${executes('statement', ddl`tenantry.limit_root`)}`,
  });
  return [on('before', 'tenantry_limit_root'), on('after', 'tenantry_limit_root_end')];
}

/**
 * Creates the triggers of a table. The database decides whether it is partitioned, because drizzle-kit
 * does not support partitions and the application's migrations create them.
 */
export function createTriggers(
  { home }: Model,
  table: SqlCounted,
  triggers: readonly Trigger[],
): Ddl {
  const create = (each: Trigger) => ddl`create or replace trigger ${name(each.name)} ${each.on};`;
  const special = triggers.filter(({ isOfPartitions = false }) => isOfPartitions);
  const always = triggers.filter(({ isOfPartitions = false }) => !isOfPartitions);
  if (home !== undefined) {
    return ddl`
      do $tenantry$
      begin
        ${whenPartitioned(table.path, refusePartitions(table), ddl``)}
      end
      $tenantry$;
      ${join(always.map(create), '\n')}
    `;
  }
  const drop = (each: Trigger) => ddl`drop trigger if exists ${name(each.name)} on ${table.path};`;
  return ddl`
    ${join(always.map(create), '\n')}
    do $tenantry$
    begin
      ${whenPartitioned(table.path, join(special.map(create), '\n'), join(special.map(drop), '\n'))}
    end
    $tenantry$;
  `;
}

/** A row that moves between partitions is seen by settings, which a shard does not share. */
const refusePartitions = ({ path }: SqlCounted): Ddl => ddl`
  raise exception 'the partitioned table % has rows that a plan limits, on Citus', ${sqlLiteral(path)}
    using errcode = 'feature_not_supported', hint = 'Make it a table without partitions: Citus shards it by tenant.';
`;
