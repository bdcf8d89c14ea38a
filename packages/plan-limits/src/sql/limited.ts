import { type Ddl, ddl, join, literal, name, type SqlFunction } from '@tenantry/core/sql';
import { functionNameFor } from '@tenantry/rls/feature';
import { counts } from './conditions.ts';
import { systemFunction } from './functions.ts';
import type { Model, SqlCounted } from './model.ts';

/** A feature that limits the rows of a table. */
export interface Limited {
  readonly feature: string;
  readonly mode: 'live' | 'counter';
  readonly table: SqlCounted;
}

/** A trigger, and the function of its own that it calls. */
export interface Trigger {
  readonly table: SqlCounted;
  readonly name: string;
  /** Whether it is only for partitioned tables. */
  readonly isOfPartitions?: boolean;
  /** Undefined where it calls one that serves all tables. */
  readonly made?: SqlFunction;
  /** From `after insert on …`, without its name. */
  readonly on: Ddl;
}

/** The function of a trigger of one table: `limit_insert_public_projects`. */
export const triggerFunction = (
  model: Model,
  event: string,
  table: SqlCounted,
  rest: readonly string[],
  body: Ddl,
): SqlFunction =>
  systemFunction(
    model,
    ddl`${{ sql: functionNameFor(`limit_${event}`, table, ...rest) }}() returns trigger`,
    body,
  );

/** `for each statement execute function …`, with the features that the function is told. */
export const executes = (
  level: 'row' | 'statement',
  target: Ddl,
  features: readonly Limited[] = [],
): Ddl =>
  ddl`for each ${{ sql: level }} execute function ${target}(${join(features.map(({ feature }) => literal(feature)))})`;

/** Counted rows by tenant, in a fixed order, so that two statements cannot deadlock. */
export const byTenant = (rows: string, { table }: Limited): Ddl =>
  ddl`select c.${table.tenant} as tenant, count(*) as added from ${name(rows)} c where ${counts(table, ddl`c`)} group by 1 order by 1`;

/** The features of each table, by its path. */
export function limitedTables(model: Model): Limited[][] {
  const byTable = new Map<string, Limited[]>();
  for (const feature of model.names) {
    const counted = model.feature(feature);
    if (counted.kind !== 'count') continue;
    for (const table of model.counted(feature)) {
      const limited = { feature, mode: counted.mode, table };
      byTable.set(table.path.sql, [...(byTable.get(table.path.sql) ?? []), limited]);
    }
  }
  return [...byTable.values()];
}

export const isCounterBacked = ({ mode }: Limited): boolean => mode === 'counter';
