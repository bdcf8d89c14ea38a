import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { objectName } from '@tenantry/rls/feature';
import { counts } from './conditions.ts';
import { counterBlock, giveBack } from './counter-backed.ts';
import { systemFunction } from './functions.ts';
import { enforcedLimit, likelyTenant, liveBlock, ordinaryWay } from './live.ts';
import type { Model, SqlCounted } from './model.ts';

interface Limited {
  readonly feature: string;
  readonly mode: 'live' | 'counter';
  readonly table: SqlCounted;
}

interface Trigger {
  readonly table: SqlCounted;
  readonly name: string;
  readonly sql: Ddl;
}

const trigger = ddl`trigger`;
const functionName = (event: string, table: SqlCounted, ...rest: readonly string[]) =>
  objectName('limit', event, table.schema, table.name, ...rest);

/** The triggers on every counted table, and the end of those that a former definition had. */
export function triggersSql(model: Model): Ddl[] {
  const byTable = new Map<string, Limited[]>();
  for (const feature of model.names) {
    const counted = model.feature(feature);
    if (counted.kind !== 'count') continue;
    for (const table of model.counted(feature)) {
      const limited = { feature, mode: counted.mode, table };
      byTable.set(table.path.sql, [...(byTable.get(table.path.sql) ?? []), limited]);
    }
  }
  const triggers = [...byTable.values()].flatMap((limited) => [
    ...insertTrigger(model, limited),
    ...limited.flatMap((each) => updateTrigger(model, each)),
    ...deleteTriggers(
      model,
      limited.filter(({ mode }) => mode === 'counter'),
    ),
  ]);
  return [dropStale(triggers), ...triggers.map(({ sql }) => sql)];
}

/** What holds the limit of a feature, for `added` rows of `of_tenant`. */
const hold = (model: Model, { feature, mode }: Limited): Ddl =>
  mode === 'live' ? liveBlock(model, feature) : counterBlock(model, feature);

/** Rows that count, by tenant, in one order for all, so that the locks of two statements do not cross. */
const byTenant = (rows: string, { table }: Limited): Ddl =>
  ddl`select c.${table.tenant} as tenant, count(*) as added from ${name(rows)} c where ${counts(table, ddl`c`)} group by 1`;

/** For each feature the limit is looked up together with the rows, one query less. */
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
              ${live ? liveBlock(model, each.feature, 'before') : counterBlock(model, each.feature, 'before')}
            end loop;
          end feature;`;
  });
  return ddl`
        declare
          r record;
          of_tenant ${model.tenantType};
          added bigint;
          ${limited.some(({ mode }) => mode === 'live') ? ddl`likely constant ${model.tenantType} := ${likelyTenant(model)};` : ddl``}
        begin
          ${join(blocks, '\n')}
          return null;
        end`;
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

/**
 * After the statement, once, with all of its rows: exact for bulk inserts and COPY, and silent about
 * rows that ON CONFLICT left out, where a trigger before each row would count what never arrives.
 */
function insertTrigger(model: Model, limited: readonly Limited[]): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const called = functionName('insert', table);
  return [
    {
      table,
      name: 'tenantry_limit_insert',
      sql: ddl`
        ${systemFunction(model.tenancy, { name: called, returns: trigger, body: insertBody(model, limited) })}
        create or replace trigger tenantry_limit_insert after insert on ${table.path}
          referencing new table as inserted for each statement execute function ${name('tenantry', called)}();`,
    },
  ];
}

/**
 * After each row that begins to count, or stops where a counter is kept. The WHEN keeps every other
 * update free of it; UPDATE OF would miss columns that another trigger sets.
 */
function updateTrigger(model: Model, limited: Limited): Trigger[] {
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
            ${hold(model, limited)}
          end if;
          return null;
        end`;
  const triggerName = `tenantry_limit_update_${feature}`;
  return [
    {
      table,
      name: triggerName,
      sql: ddl`
        ${systemFunction(model.tenancy, { name: called, returns: trigger, body })}
        create or replace trigger ${name(triggerName)} after update on ${table.path}
          for each row when (${mode === 'live' || always ? begins : ddl`(${begins}) or (${ends})`}) execute function ${name('tenantry', called)}();`,
    },
  ];
}

/** Rows that go make room only where a counter is kept; a live count sees it by itself. */
function deleteTriggers(model: Model, limited: readonly Limited[]): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const deleted = functionName('delete', table);
  const truncated = functionName('truncate', table);
  const recounts = limited.map(
    ({ feature }) => ddl`perform tenantry.limit_recount(${literal(feature)});`,
  );
  return [
    {
      table,
      name: 'tenantry_limit_delete',
      sql: ddl`
        ${systemFunction(model.tenancy, { name: deleted, returns: trigger, body: deleteBody(model, limited) })}
        create or replace trigger tenantry_limit_delete after delete on ${table.path}
          referencing old table as removed for each statement execute function ${name('tenantry', deleted)}();`,
    },
    {
      table,
      name: 'tenantry_limit_truncate',
      sql: ddl`
        ${systemFunction(model.tenancy, {
          name: truncated,
          returns: trigger,
          body: ddl`
            begin
              ${join(recounts, '\n')}
              return null;
            end`,
        })}
        create or replace trigger tenantry_limit_truncate after truncate on ${table.path}
          for each statement execute function ${name('tenantry', truncated)}();`,
    },
  ];
}

function dropStale(triggers: readonly Trigger[]): Ddl {
  const wanted = triggers.map(({ table, name: of }) => literal(`${table.path.sql} ${of}`));
  return ddl`
    do $tenantry$
    declare
      stale record;
    begin
      for stale in
        select t.tgname, n.nspname, c.relname from pg_trigger t
        join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where not t.tgisinternal and t.tgparentid = 0 and t.tgname like 'tenantry\\_limit\\_%'
          and format('"%s"."%s" %s', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'), t.tgname) <> all (array[${join(wanted)}]::text[])
      loop
        execute format('drop trigger %I on %I.%I', stale.tgname, stale.nspname, stale.relname);
      end loop;
    end
    $tenantry$;
  `;
}
