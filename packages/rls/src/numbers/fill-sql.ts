import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { Dialect } from '../dialect/dialect.ts';
import { isTime, localSql } from './local-time.ts';
import { type NumberedColumn, sameSeries, seriesColumns } from './names.ts';
import { partsSql, periodSql, textSql } from './pattern.ts';

/**
 * Numbers the rows that are there already, in the order in which they were made: after those whose text
 * is a number of the pattern. Nobody changes these rows, so triggers are silent meanwhile; the lock lets
 * others read.
 */
export function fillSql(dialect: Dialect, numbered: NumberedColumn): Ddl {
  const { target, isMissing, counted, number } = numbered;
  const path = literal(target.sql);
  const unread = number.pattern === undefined ? ddl`` : ddl` or ${counted} = 0`;
  const unnumbered = ddl`from ${target} where ${isMissing}${unread}`;
  const onCitus = dialect.name === 'citus';
  return ddl`
    do $tenantry$
    declare
      forced constant boolean := (select relforcerowsecurity from pg_class where oid = ${path}::regclass);
      -- also those that are ENABLE ALWAYS, and those of partitions
      silenced constant pg_trigger[] := array(select t from pg_trigger t
        where not tgisinternal and tgenabled <> 'D' and tgtype & 16 > 0 and tgrelid in (
          with recursive tree as (
            select ${path}::regclass::oid as part union all select inhrelid from pg_inherits join tree on inhparent = part
          ) select part from tree));
      each pg_trigger;
    begin
      lock table ${target} in share row exclusive mode;
      -- an owner whom the forced policies bind would see no row
      if forced then execute format('alter table %s ${dialect.force.off}', ${path}); end if;
      ${onCitus ? ddl`perform 1 ${unnumbered} limit 1;` : ddl``}
      if ${onCitus ? ddl`found` : ddl`exists (select ${unnumbered})`} then
        foreach each in array silenced loop
          execute format('alter table only %s disable trigger %I', each.tgrelid::regclass, each.tgname);
        end loop;
        ${readSql(numbered)}
        ${numberSql(numbered, onCitus)}
        foreach each in array silenced loop
          execute format('alter table only %s enable %s trigger %I', each.tgrelid::regclass,
            case each.tgenabled when 'A' then 'always' when 'R' then 'replica' end, each.tgname);
        end loop;
      end if;
      if forced then execute format('alter table %s ${dialect.force.on}', ${path}); end if;
    end
    $tenantry$;
  `;
}

/** The parts of texts that are there. */
function readSql({ target, column, counted, period, number }: NumberedColumn): Ddl {
  if (number.pattern === undefined) return ddl``;
  const parts = partsSql(
    number.pattern,
    ddl`(regexp_match(t.${column}, ${partsSql(number.pattern, ddl``).pattern}))`,
  );
  const set = [
    ddl`${counted} = ${parts.sequence}`,
    ...(period === undefined ? [] : [ddl`${period} = ${parts.period}`]),
  ];
  return ddl`update ${target} t set ${join(set)} where t.${column} ~ ${parts.pattern} and coalesce(t.${counted}, 0) = 0;`;
}

function numberSql(numbered: NumberedColumn, onCitus: boolean): Ddl {
  const { table, target, tenant, column, counted, isMissing, period, by, number } = numbered;
  const { pattern, order } = number;
  const made = order === undefined ? [] : [name(order)];
  const id = table.idColumn === undefined || table.idColumn === order ? [] : [name(table.idColumn)];
  const inPeriod =
    period === undefined || pattern === undefined
      ? []
      : [ddl`${periodSql(pattern, madeAt(numbered))} as ${period}`];
  const columns = join([tenant, ...seriesColumns(numbered)]);
  const next = ddl`coalesce(h.last, 0) + m.n`;
  const set = [
    ...(pattern === undefined
      ? []
      : [
          ddl`${column} = ${textSql(pattern, period === undefined ? ddl`0` : ddl`m.${period}`, next)}`,
        ]),
    ddl`${counted} = ${next}`,
    ...(period === undefined ? [] : [ddl`${period} = m.${period}`]),
  ];
  return ddl`
    with missing as (
      select place, part, ${columns}, row_number() over (partition by ${columns} order by ${join([...made, ...id, ddl`part`, ddl`place`])}) as n
      from (select ctid as place, tableoid as part, ${join([tenant, ...by, ...made, ...id, ...inPeriod])}
        from ${target} where ${isMissing}) t
    ), highest as (
      select ${columns}, max(${counted}) as last from ${target} where ${counted} > 0 group by ${columns}
    )
    update ${target} t set ${join(set)}
    from missing m left join highest h on ${sameSeries(numbered, ddl`h`, ddl`m`)}
    where t.ctid = m.place and t.tableoid = m.part${onCitus ? ddl` and t.${tenant} = m.${tenant}` : ddl``};
  `;
}

/** When a row was made, as local time: the column that decides, or the one of the order. */
function madeAt({ table, number }: NumberedColumn): Ddl {
  const typeOf = (column: string | undefined) =>
    table.columns.find((each) => each.name === column)?.type ?? '';
  const column = number.at ?? (isTime(typeOf(number.order)) ? number.order : undefined);
  return column === undefined
    ? localSql(ddl`now()`, 'timestamptz', number.timeZone)
    : localSql(name(column), typeOf(column), number.timeZone);
}
