import { literal, name } from '@tenantry/core/sql';
import { getTableUniqueName, type SQL, sql } from 'drizzle-orm';
import { asSql, type ColumnLike, nameOf, tableOf } from '../fragments/drizzle.ts';
import { functionNameFor, hashOf } from '../fragments/names.ts';
import { pathOf, type TableName } from '../model/table.ts';

/** What says on Citus which rows of a table a tenant sees: no policy can look at the link table there. */
export interface VisibleNames {
  /** The function that gives their ids when a statement is planned. */
  readonly planned: string;
  /** The function that sends them to the nodes of the transaction. */
  readonly send: string;
  /** The setting that holds them. */
  readonly setting: string;
  /** The setting that holds their hash. */
  readonly hash: string;
}

export function visibleNames(schema: string, table: TableName): VisibleNames {
  const setting = `app.visible_${hashOf(`${schema} ${pathOf(table)}`)}`;
  return {
    planned: functionNameFor('visible', table),
    send: functionNameFor('send_visible', table),
    setting,
    hash: `${setting}_hash`,
  };
}

/**
 * Whether the tenant sees a row: its id is one of the plan, and what the plan was made for still holds. A
 * plan that a function has kept finds nothing.
 */
export function isVisible(schema: string, id: ColumnLike): SQL {
  const { planned, hash } = visibleNames(schema, tableNameOf(id));
  const setting = literal(hash).sql;
  return sql`${asSql(id)} = any (tenantry.${sql.raw(name(planned).sql)}()) and tenantry.is_as_planned(${sql.raw(setting)}, tenantry.planned_setting(${sql.raw(setting)}))`;
}

/** Read without the fragments of the table, which run just now. Drizzle 1.0 omits schema public. */
function tableNameOf(column: ColumnLike): TableName {
  const table = tableOf(column);
  const called = nameOf(table);
  const unique = getTableUniqueName(table as never) as string;
  return {
    schema: unique === called ? 'public' : unique.slice(0, -called.length - 1),
    name: called,
  };
}
