import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../../rows/index.ts';
import { type Session, textRows } from '../client.ts';

/**
 * Refuses rows that refer to nothing: without triggers the server has not looked.
 * @throws TenantryError `IMPORT_REFUSED`
 */
export async function checkReferences(
  session: Session,
  table: TenantTable,
  tenant: string,
): Promise<void> {
  for (const { constraint, columns, to, toPath, toColumns } of table.references) {
    const given = columns.map((column) => `t.${name(column).sql} is not null`);
    const equal = columns.map(
      (column, i) => `o.${name(toColumns[i] ?? '').sql} = t.${name(column).sql}`,
    );
    const [orphan] = await textRows(
      session,
      `select 1 from ${table.from} where ${table.condition} and ${given.join(' and ')}
         and not exists (select from ${toPath} o where ${equal.join(' and ')}) limit 1`,
      [tenant],
    );
    if (orphan === undefined) continue;
    throw new TenantryError('IMPORT_REFUSED', {
      found: `a row of ${table.schema}.${table.name} that refers by ${constraint} to a row of ${to.schema}.${to.name} which is not here.`,
      fix: 'Bring the rows that tenants share (plans, roles, prices) to both databases first.',
    });
  }
}
