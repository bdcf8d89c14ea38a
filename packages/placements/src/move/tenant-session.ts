import type { Tenancy } from '@tenantry/core';
import { literal, name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import { beginOnCluster } from './cluster-session.ts';
import type { EndOfMove } from './end.ts';

/**
 * Which rows `t` are those of the tenant of the transaction. Its id is a literal: COPY takes no parameters, and
 * the planner has to know whether the tenant has most rows of the table.
 */
export const conditionOf = (end: EndOfMove, { condition }: TenantTable): string =>
  condition.replaceAll('$1::', () => `${literal(end.tenant).sql}::`);

/**
 * Begins a transaction in which the rows of one tenant are there, and no trigger runs but those that always
 * run: a copy is no new write, which would be counted, logged and checked again.
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
  end.acting = undefined;
  end.tenant = tenant;
  if (end.isCluster) {
    await beginOnCluster(end, setting, tenant, mode);
    return;
  }
  await end.query(
    mode === 'read'
      ? 'begin isolation level repeatable read read only'
      : 'begin isolation level repeatable read; set local session_replication_role = replica',
  );
  await end.query('select pg_catalog.set_config($1, $2, true)', [setting, tenant]);
}

/**
 * Takes the role that reaches all rows of some tables: the system role, whom the policies let through, or the
 * owner where that role may not write. A round trip only where the role changes.
 */
export async function actFor(end: EndOfMove, tables: Iterable<TenantTable>): Promise<void> {
  const [table] = tables;
  const role = table !== undefined && end.reached.has(table.oid) ? end.systemRole : undefined;
  if (end.acting === role) return;
  await end.query(role === undefined ? 'set local role none' : `set local role ${name(role).sql}`);
  end.acting = role;
}

/** Tables by the role that reaches them. */
export const byRole = (end: EndOfMove, tables: readonly TenantTable[]): TenantTable[][] =>
  [true, false]
    .map((reached) => tables.filter(({ oid }) => end.reached.has(oid) === reached))
    .filter((group) => group.length > 0);

/** The columns that are written, quoted. */
export const writtenColumns = ({ columns }: TenantTable): string[] =>
  columns.filter(({ generated }) => !generated).map((column) => name(column.name).sql);
