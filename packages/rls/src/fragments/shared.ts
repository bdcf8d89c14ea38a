import { type Tenancy, TenantryError } from '@tenantry/core';
import { sql } from 'drizzle-orm';
import { type ColumnsLike, type Fragment, nameOf, tableOf } from './drizzle.ts';
import { objectName } from './names.ts';
import { type IsolationKind, type Policy, setNote } from './notes.ts';

/** Every tenant reads the table; only the system role and the owner write it. */
export function shared(tenancy: Tenancy, t: ColumnsLike): Fragment[] {
  const policy = {
    as: 'permissive',
    for: 'select',
    to: tenancy.roles.app,
    using: sql`true`,
  } as const;
  return declare(t, 'shared', (table) => [{ name: objectName(table, 'shared_read'), ...policy }]);
}

/** Only the system role and the owner reach the table. */
export const systemOnly = (t: ColumnsLike): Fragment[] => declare(t, 'system', () => []);

function declare(
  t: ColumnsLike,
  kind: IsolationKind,
  policies: (table: string) => readonly Policy[],
): Fragment[] {
  const [column] = Object.values(t);
  if (column === undefined) {
    throw new TenantryError('CONFIG_INVALID', { found: 'a table without columns' });
  }
  const table = tableOf(column);
  setNote(table, {
    kind,
    tenantColumn: undefined,
    idColumn: t.id,
    key: [],
    policies: policies(nameOf(table)),
  });
  return []; // nothing for drizzle-kit to write
}
