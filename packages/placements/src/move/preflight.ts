import { type Tenancy, TenantryError } from '@tenantry/core';
import { pathOf, titleOf } from '@tenantry/rls/model';
import { isOwnRow, type TenantTable } from '../rows/index.ts';
import { askNodes } from './cluster-session.ts';
import { comparedTables, differing, digestsOf } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { differentMigrations } from './migrations.ts';
import type { Moving } from './moving.ts';
import { referredFromOthers } from './referred.ts';
import { beginFor } from './tenant-session.ts';

/**
 * What can be known before anything is copied: rights, tables, and rows that are there already.
 * @returns whether the target has the tenant's own row
 * @throws TenantryError `MOVE_REFUSED` with all that was found
 */
export async function preflight(
  source: EndOfMove,
  target: EndOfMove,
  { tenancy, tenant, ledger }: Pick<Moving, 'tenancy' | 'tenant' | 'ledger'>,
): Promise<{ readonly hasTenant: boolean }> {
  const found = [
    ...(await mayWriteWithoutTriggers(source)),
    ...(await mayWriteWithoutTriggers(target)),
    ...differentTables(source, target),
    ...auditLogs(source, target),
    // the migrations of a cluster are others
    ...(source.isCluster || target.isCluster
      ? []
      : await differentMigrations(source, target, tenancy, ledger)),
  ];
  if (found.length > 0) throw refused(found);
  const { differ, hasTenant } = await differentRows(source, target, tenancy, tenant);
  if (differ.length > 0) throw refused(differ);
  return { hasTenant };
}

/** A move that cannot be made. */
export const refused = (found: readonly string[]) =>
  new TenantryError('MOVE_REFUSED', { found: `${found.join('; ')}.` });

async function mayWriteWithoutTriggers(end: EndOfMove): Promise<string[]> {
  const { query, title } = end;
  const [row] = await query<{ may: boolean; login: string }>(
    "select pg_catalog.has_parameter_privilege('session_replication_role', 'set') as may, pg_catalog.quote_ident(current_user) as login",
  );
  const may = row?.may === true && (!end.isCluster || (await mayOnWorkers(end)));
  return may
    ? []
    : [
        `in ${title} the login ${row?.login} may not copy rows without running triggers (a superuser runs${end.isCluster ? ', on every node' : ''}: grant set on parameter session_replication_role to ${row?.login})`,
      ];
}

/** Citus brings no right on a parameter to the workers. */
const mayOnWorkers = async (end: EndOfMove): Promise<boolean> =>
  (
    await askNodes(
      end,
      "select pg_catalog.has_parameter_privilege('session_replication_role', 'set')",
    )
  ).every((answer) => answer === 't');

function auditLogs(source: EndOfMove, target: EndOfMove): string[] {
  const found = [source, target].flatMap(({ audit, title }) =>
    audit === 'old'
      ? [
          `the audit log of ${title} is older than this version (run tenantry generate and your migrations)`,
        ]
      : [],
  );
  return found.length === 0 && source.audit !== target.audit
    ? [`only one of the databases has an audit log`]
    : found;
}

function differentTables(source: EndOfMove, target: EndOfMove): string[] {
  const at = new Map(target.tables.tables.map((table) => [pathOf(table), table]));
  const missing = source.tables.tables.flatMap((table) => {
    const other = at.get(pathOf(table));
    at.delete(pathOf(table));
    if (other === undefined) return [`${target.title} has no table ${titleOf(table)}`];
    return columnsOf(table) === columnsOf(other)
      ? []
      : [`the columns of ${titleOf(table)} differ (run your migrations in both)`];
  });
  const others = [...at.values()].map((table) => `${source.title} has no table ${titleOf(table)}`);
  return [...missing, ...others];
}

const columnsOf = ({ columns }: TenantTable): string =>
  columns
    .map(({ name, type, generated }) => `${name} ${type}${generated ? ' generated' : ''}`)
    .sort()
    .join(', ');

/**
 * The target has no rows of the tenant but its own, which is the same in both; and no row that stays at the
 * source refers to one that leaves.
 */
async function differentRows(
  source: EndOfMove,
  target: EndOfMove,
  tenancy: Tenancy,
  tenant: string,
): Promise<{ readonly differ: readonly string[]; readonly hasTenant: boolean }> {
  const found: string[] = [];
  for (const end of [source, target]) await beginFor(end, tenancy, tenant, 'read');
  found.push(...(await referredFromOthers(source)));
  const there = (await digestsOf(target)).filter(({ rows }) => rows > 0);
  const own = await digestsOf(source, comparedTables(source).filter(isOwnRow));
  for (const each of there) {
    const row = own.find(({ table }) => table === each.table);
    if (row === undefined) found.push(`${target.title} has rows of the tenant in ${each.table}`);
    else if (differing([row], [each]).length > 0)
      found.push(`the row of the tenant in ${each.table} differs (make both equal)`);
  }
  for (const end of [source, target]) await end.query('rollback');
  return { differ: found, hasTenant: there.length > 0 };
}
