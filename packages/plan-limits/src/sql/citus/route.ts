import { type Ddl, ddl, join, name, type SqlFunction } from '@tenantry/core/sql';
import type { SqlTable } from '../sql-table.ts';

/**
 * A function about one tenant runs where the rows of the tenant are: a SELECT on its shard calls it. So it
 * uses the connection of the statements before it, sees what they wrote, and commits with them. Called on
 * the coordinator, as another role, it would get a connection of its own, which Citus refuses as soon as
 * the transaction has written. The count makes it one row, also for a tenant that has none.
 */
export const fromHome = ({ path, tenant }: SqlTable, of: Ddl): Ddl =>
  ddl`(select count(*) from ${path} a where a.${tenant} = ${of}) home`;

/** What a function needs whose queries run inside of a query on a shard. */
export const onShard: Ddl = ddl`citus.allow_nested_distributed_execution = on`;

/** The name of the function that runs on the shard: `limit_set_plan_here`. */
export const here = ({ name: called, args, returns }: SqlFunction): Ddl =>
  ddl`${name(`${called}_here`)}(${join(args)}) returns ${returns}`;

/** A body that calls a function of the shard with the parameters of its caller. */
export function routedBody(
  home: SqlTable,
  { target, returns }: Pick<SqlFunction, 'target' | 'returns'>,
  of: Ddl,
  given: readonly Ddl[],
  tenantType: Ddl,
): Ddl {
  const call = ddl`${target}(${join(given)}) from ${fromHome(home, ddl`of_home`)}`;
  return ddl`
    declare
      of_home constant ${tenantType} := ${of};
    begin
      ${returns.sql === 'void' ? ddl`perform ${call};` : ddl`return (select ${call});`}
    end
  `;
}
