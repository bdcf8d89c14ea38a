import { type Tenancy, TenantryError } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import { pgPolicy } from 'drizzle-orm/pg-core';
import { type ColumnsLike, type Fragment, nameOf, type TableLike, tableOf } from './drizzle.ts';
import { objectName } from './names.ts';
import { type IsolationKind, setNote } from './notes.ts';

/** Every tenant reads the table; only the system role and the owner write it. */
export function shared(tenancy: Tenancy, t: ColumnsLike): Fragment[] {
  const table = declare(t, 'shared');
  return [
    pgPolicy(objectName(nameOf(table), 'shared_read'), {
      as: 'permissive',
      for: 'select',
      to: tenancy.roles.app,
      using: sql`true`,
    }),
  ];
}

/**
 * Only the system role and the owner reach the table. There is no policy for drizzle-kit to write:
 * when the table becomes isolated one day, it would ask whether that policy was renamed.
 */
export function systemOnly(t: ColumnsLike): Fragment[] {
  declare(t, 'system');
  return [];
}

function declare(t: ColumnsLike, kind: IsolationKind): TableLike {
  const [column] = Object.values(t);
  if (column === undefined) {
    throw new TenantryError('CONFIG_INVALID', { found: 'a table without columns' });
  }
  const table = tableOf(column);
  setNote(table, { kind, tenantColumn: undefined, idColumn: t.id, key: [] });
  return table;
}
