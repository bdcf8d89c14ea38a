import { type Ddl, ddl, literal, name } from '@tenantry/core/sql';
import { objectName } from '@tenantry/rls/feature';
import { counts } from './conditions.ts';
import { counterBlock } from './counter-backed.ts';
import { liveBlock } from './live.ts';
import type { Model, SqlCounted } from './model.ts';

/** A feature that limits the rows of a table. */
export interface Limited {
  readonly feature: string;
  readonly mode: 'live' | 'counter';
  readonly table: SqlCounted;
}

/** A trigger, and the function that it calls. */
export interface Trigger {
  readonly table: SqlCounted;
  readonly name: string;
  /** Whether it is only for partitioned tables. */
  readonly isOfPartitions?: boolean;
  /** Functions that are created before all triggers. */
  readonly functions: readonly Ddl[];
  /** From `after insert on …`, without its name. */
  readonly on: Ddl;
}

export const trigger = ddl`trigger`;

/** The name of a trigger's function, in the schema `tenantry`. */
export const functionName = (event: string, table: SqlCounted, ...rest: readonly string[]) =>
  objectName('limit', event, table.schema, table.name, ...rest);

/** `for each statement execute function …` */
export const executes = (level: 'row' | 'statement', called: string): Ddl =>
  ddl`for each ${{ sql: level }} execute function tenantry.${name(called)}()`;

/** The block that enforces the limit of a feature, for `added` rows of `of_tenant`. */
export const hold = (
  model: Model,
  { feature, mode }: Limited,
  asked: 'here' | 'before' | 'each' = 'here',
): Ddl =>
  mode === 'live'
    ? liveBlock(model, feature, asked)
    : counterBlock(model, feature, asked === 'before' ? 'before' : 'here');

/** Counted rows by tenant, in a fixed order, so that two statements cannot deadlock. */
export const byTenant = (rows: string, { table }: Limited): Ddl =>
  ddl`select c.${table.tenant} as tenant, count(*) as added from ${name(rows)} c where ${counts(table, ddl`c`)} group by 1`;

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

/** Recounts the features of a table, after changes that no row trigger sees. */
export const recounts = (limited: readonly Limited[]): Ddl[] =>
  limited.map(({ feature }) => ddl`perform tenantry.limit_recount(${literal(feature)});`);
