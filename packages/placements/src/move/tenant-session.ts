import type { Tenancy } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end-of-move.ts';

/** The setting that the conditions of COPY read the tenant from: it takes no parameters. */
const tenantSetting = 'tenantry.moved_tenant';

/** The condition of a table for statements without parameters. */
export const conditionOf = ({ condition }: TenantTable): string =>
  condition.replaceAll('$1::', `pg_catalog.current_setting('${tenantSetting}')::`);

/**
 * Begins a transaction in which the rows of one tenant are there, and no trigger runs but those that always
 * run: a copy is no new write, which would be counted, logged and checked again.
 *
 * It sees one snapshot, that of its first statement, so what is erased is what was compared.
 *
 * @param mode `write` may write
 */
export async function beginFor(
  end: EndOfMove,
  { setting }: Tenancy,
  tenant: string,
  mode: 'read' | 'write',
): Promise<void> {
  await end.query(
    mode === 'read'
      ? 'begin isolation level repeatable read read only'
      : 'begin isolation level repeatable read',
  );
  if (mode === 'write') await end.query('set local session_replication_role = replica');
  await end.query(
    'select pg_catalog.set_config($1, $3, true), pg_catalog.set_config($2, $3, true)',
    [tenantSetting, setting, tenant],
  );
}

/**
 * Runs `fn` as the role that reaches all rows of a table: the system role, whom the policies let through,
 * or the owner where that role may not write.
 */
export async function asReaching<R>(
  end: EndOfMove,
  { roles }: Tenancy,
  table: TenantTable,
  fn: () => Promise<R>,
): Promise<R> {
  const [row] = await end.query<{ may: boolean }>(
    "select pg_catalog.has_table_privilege($1, $2::oid, 'select') and pg_catalog.has_table_privilege($1, $2::oid, 'insert') and pg_catalog.has_table_privilege($1, $2::oid, 'delete') as may",
    [roles.system, table.oid],
  );
  if (row?.may !== true) return fn();
  await end.query(`set local role ${name(roles.system).sql}`);
  const done = await fn();
  await end.query('reset role');
  return done;
}

/** The columns that are written, quoted. */
export const writtenColumns = ({ columns }: TenantTable): string[] =>
  columns.filter(({ generated }) => !generated).map((column) => name(column.name).sql);
