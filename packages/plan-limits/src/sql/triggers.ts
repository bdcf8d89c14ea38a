import { type Ddl, ddl, functionsSql, join, literal } from '@tenantry/core/sql';
import { countFunction } from './counted.ts';
import { counterFunctions } from './counter-backed.ts';
import { type Limited, limitedTables, type Trigger } from './limited.ts';
import { checkFunction, checkRowFunction } from './live.ts';
import type { Model } from './model.ts';
import { createTriggers, rootFunction, rootTriggers, rowFunction } from './partitions.ts';
import { partitionTriggers, rowUpdateTrigger } from './row-triggers.ts';
import { settleFunctions, settleTriggers } from './settle.ts';
import { deleteTriggers, insertTrigger } from './statement-triggers.ts';

/** Creates the triggers on every counted table, and drops those of a former definition. */
export function triggersSql(model: Model): Ddl[] {
  const tables = limitedTables(model).map((limited) => triggersOf(model, limited));
  if (tables.length === 0) return [dropStale(model, [])];
  return [
    functionsSql([
      countFunction(model),
      checkFunction(model),
      checkRowFunction(model),
      ...counterFunctions(model),
      ...(model.home === undefined
        ? [rootFunction(model), rowFunction(model), ...settleFunctions(model)]
        : []),
      ...tables.flat().flatMap(({ made }) => made ?? []),
    ]),
    dropStale(model, tables.flat()),
    ...tables.flatMap((triggers) =>
      triggers.slice(0, 1).map(({ table }) => createTriggers(model, table, triggers)),
    ),
  ];
}

const triggersOf = (model: Model, limited: readonly Limited[]): Trigger[] => [
  ...insertTrigger(model, limited),
  ...limited.map((each) => rowUpdateTrigger(model, each)),
  ...deleteTriggers(model, limited),
  // Citus has no partitioned tables with limits
  ...(model.home === undefined
    ? [
        ...limited.slice(0, 1).flatMap(({ table }) => rootTriggers(table)),
        ...partitionTriggers(model, limited),
        ...settleTriggers(limited),
      ]
    : []),
];

function dropStale({ hasSchemas }: Model, triggers: readonly Trigger[]): Ddl {
  // the tables of a tenant's schema have the triggers of the shared ones
  const schema = hasSchemas
    ? ddl`case when exists (select from tenantry.places s where s.schema_name = n.nspname) then 'public' else n.nspname end`
    : ddl`n.nspname`;
  // those of a lowered limit are made by a section that need not run again with this one
  const wanted = triggers.map(({ table, name: of }) => literal(`${table.path.sql} ${of}`));
  return ddl`
    do $tenantry$
    declare
      stale record;
    begin
      for stale in
        select t.tgname, n.nspname, c.relname from pg_trigger t
        join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_proc p on p.oid = t.tgfoid and p.pronamespace = $name$ tenantry $name$::regnamespace
        where not t.tgisinternal and t.tgparentid = 0 and t.tgname like 'tenantry\\_limit\\_%' and t.tgname <> 'tenantry_limit_changed'
          and format('"%s"."%s" %s', replace(${schema}, '"', '""'), replace(c.relname, '"', '""'), t.tgname) <> all (array[${join(wanted)}]::text[])
      loop
        execute format('drop trigger %I on %I.%I', stale.tgname, stale.nspname, stale.relname);
      end loop;
    end
    $tenantry$;
  `;
}
