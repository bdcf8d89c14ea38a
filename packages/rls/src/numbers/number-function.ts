import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { functionNameFor } from '../fragments/names.ts';
import { localSql } from './local-time.ts';
import { type NumberedColumn, seriesOf } from './names.ts';
import { partsSql, periodSql, textSql } from './pattern.ts';

const row = ddl`new`;

/**
 * The trigger function that numbers a row. It runs as the system role, because a policy may hide rows of
 * the tenant, and their numbers are taken.
 *
 * The highest number that stands in the table decides, not a counter: whatever takes a row back, a
 * rollback, a conflict of an upsert or another trigger, takes back its number. The lock serialises the
 * transactions of one series until they end. At READ COMMITTED each statement of a VOLATILE function has
 * its own snapshot, so what is read after the lock sees the row of the transaction before.
 */
export function numberFunction({ roles, dialect }: Tenancy, numbered: NumberedColumn): SqlFunction {
  const { table, tenant, column, isGiven, number, period } = numbered;
  const { pattern } = number;
  const inPeriod = period &&
    pattern && { new: periodSql(pattern, localTime(numbered)), taken: ddl`new.${period}` };
  const keyIn = (at: Ddl | undefined) =>
    ddl`hashtextextended(new.${tenant}::text || ${seriesOf(numbered, row, at)}, 0)`;
  const isStale = ddl`current_setting('transaction_isolation') not in ('read committed', 'read uncommitted')`;
  const next = (dialect === 'citus' ? nextOnShard : nextInOne)(numbered, inPeriod?.new ?? ddl`0`);
  const parts = pattern === undefined ? ddl`` : ddl`parts text[];`;
  const isDeclared = pattern !== undefined || next.declared.sql !== '';
  return sqlFunction(
    ddl`${name(functionNameFor('number', table, number.column))}() returns trigger`,
    // with few rows it would be planned to read all of the table, and many may follow in one statement
    {
      owner: name(roles.system),
      settings: [ddl`enable_seqscan = off`, ddl`enable_bitmapscan = off`],
    },
    // few expressions: PostgreSQL compiles each again in every transaction
    ddl`
      ${isDeclared ? ddl`declare ${parts}${next.declared}` : ddl``}
      begin
        if ${isGiven} then
          ${pattern === undefined ? ddl`` : taken(numbered, ddl`regexp_match(new.${column}, ${partsSql(pattern, ddl`parts`).pattern})`)}
          perform pg_advisory_xact_lock(${keyIn(inPeriod?.taken)});
          return new;
        end if;
        -- what gets the lock at once is no query of its own
        if ${isStale} or not pg_try_advisory_xact_lock(${keyIn(inPeriod?.new)}) then
          if ${isStale} then
            raise exception 'NUMBER_ISOLATION_REFUSED: a number of % in a transaction at %', tg_table_name, upper(current_setting('transaction_isolation'))
              using errcode = 'TN001';
          end if;
          perform pg_advisory_xact_lock(${keyIn(inPeriod?.new)});
        end if;
        ${next.given}
        return new;
      end
    `,
  );
}

interface Next {
  readonly declared: Ddl;
  /** Gives the row `new` its number. */
  readonly given: Ddl;
}

const nextInOne = (numbered: NumberedColumn, inPeriod: Ddl): Next => {
  const { target, tenant, counted, column, number, period } = numbered;
  const { pattern } = number;
  const made = pattern && textSql(pattern, ddl`p.period`, ddl`s.next`);
  return {
    declared: ddl``,
    given: ddl`
        select ${join([
          ...(period === undefined ? [] : [ddl`p.period`]),
          ddl`s.next`,
          ...(made === undefined ? [] : [made]),
        ])}
        into ${join([
          ...(period === undefined ? [] : [ddl`new.${period}`]),
          ddl`new.${counted}`,
          ...(made === undefined ? [] : [ddl`new.${column}`]),
        ])}
        from (select ${inPeriod} as period) p cross join lateral (select 1 + greatest(0,
          (select t.${counted} from ${target} t where ${ofSeries(numbered, ddl`p.period`)} order by t.${counted} desc limit 1),
          (select m.last_number from tenantry.number_marks m
            where m.tenant_id = new.${tenant}::text and m.series = ${seriesOf(numbered, row, ddl`p.period`)})) as next
          offset 0) s; -- else it would be looked up for each place that names it`,
  };
};

/** On Citus each query is about one table and one tenant, which is answered from the shards beside the row. */
const nextOnShard = (numbered: NumberedColumn, inPeriod: Ddl): Next => {
  const { target, tenant, counted, column, number, period } = numbered;
  const { pattern } = number;
  return {
    declared: ddl`
        in_period constant integer := ${inPeriod};
        of_series constant text := ${seriesOf(numbered, row, ddl`in_period`)};
        standing bigint;
        marked bigint;`,
    given: ddl`
        select t.${counted} into standing from ${target} t
          where ${ofSeries(numbered, ddl`in_period`)} order by t.${counted} desc limit 1;
        select m.last_number into marked from tenantry.number_marks m
          where m.tenant_id = new.${tenant} and m.series = of_series;
        ${period === undefined ? ddl`` : ddl`new.${period} := in_period;`}
        new.${counted} := 1 + greatest(0, standing, marked);
        ${pattern === undefined ? ddl`` : ddl`new.${column} := ${textSql(pattern, ddl`in_period`, ddl`new.${counted}`)};`}`,
  };
};

const ofSeries = ({ tenant, by, period, counted, number }: NumberedColumn, inPeriod: Ddl): Ddl =>
  join(
    [
      ...[tenant, ...by].map((each) => ddl`t.${each} = new.${each}`),
      ...(period === undefined ? [] : [ddl`t.${period} = ${inPeriod}`]),
      ...(number.pattern === undefined ? [] : [ddl`t.${counted} > 0`]),
    ],
    ' and ',
  );

/** The parts of a text that is there already; one of another pattern has none, and counts for nothing. */
export function taken(numbered: NumberedColumn, match: Ddl): Ddl {
  const { number, counted, period } = numbered;
  if (number.pattern === undefined) return ddl``;
  const parts = partsSql(number.pattern, ddl`parts`);
  return ddl`
    parts := ${match};
    new.${counted} := coalesce(${parts.sequence}, 0);
    ${period === undefined ? ddl`` : ddl`new.${period} := coalesce(${parts.period}, 0);`}
  `;
}

/** The time that decides the year, as it is on the wall of the tenant. */
function localTime({ table, number }: NumberedColumn): Ddl {
  const type = table.columns.find((each) => each.name === number.at)?.type ?? 'timestamptz';
  return localSql(
    number.at === undefined ? ddl`now()` : ddl`new.${name(number.at)}`,
    type,
    number.timeZone,
  );
}
