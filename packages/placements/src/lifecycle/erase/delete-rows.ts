import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../../rows/index.ts';
import type { Session } from '../client.ts';
import type { WorkAs } from '../writing-roles.ts';

/** Triggers of one table write into another; how often all tables are emptied before it gives up. */
const mostPasses = 8;

/**
 * Deletes the rows of a tenant, table by table, until nothing is left to delete: triggers keep a history of
 * what is deleted, in tables that were emptied before.
 */
export async function deleteRows(
  session: Session,
  workAs: WorkAs,
  tables: readonly TenantTable[],
  tenant: string,
  progress: (what: string) => void,
): Promise<void> {
  await loosen(session, workAs, tables, tenant);
  for (let pass = 0; pass < mostPasses; pass++) {
    let deleted = 0;
    for (const table of tables) {
      progress(pathOf(table));
      await workAs(table);
      const { rowCount } = (await session.query(
        `delete from ${table.from} where ${table.condition}`,
        [tenant],
      )) as { rowCount?: number | null };
      deleted += rowCount ?? 0;
    }
    // what waits for the end of the transaction writes too
    await session.query('set constraints all immediate');
    await session.query('set constraints all deferred');
    if (deleted === 0) return;
  }
  throw new TenantryError('ERASE_INCOMPLETE', { found: 'triggers that write rows without end.' });
}

/** Where tables refer to each other in a cycle, the columns that may be null let go first. */
async function loosen(
  session: Session,
  workAs: WorkAs,
  tables: readonly TenantTable[],
  tenant: string,
): Promise<void> {
  for (const table of tables) {
    const columns = table.later.filter((column) =>
      table.references.some(
        (key) => key.columns.includes(column) && pathOf(key.to) !== pathOf(table),
      ),
    );
    if (columns.length === 0 || table.appendOnly) continue;
    await workAs(table);
    const set = columns.map((column) => `${name(column).sql} = null`).join(', ');
    await session.query(`update ${table.from} set ${set} where ${table.condition}`, [tenant]);
  }
}
