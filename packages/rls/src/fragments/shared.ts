import { type Tenancy, TenantryError } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { dialectOf } from '../dialect/index.ts';
import { type ColumnsLike, type Fragment, nameOf, tableOf } from './drizzle.ts';
import { setNote } from './notes.ts';

/** Every tenant reads the table; only the system role and the owner write it. */
export const shared = (tenancy: Tenancy, t: ColumnsLike): Fragment[] =>
  declare(tenancy, t, 'shared');

/** Only the system role and the owner reach the table. */
export const systemOnly = (tenancy: Tenancy, t: ColumnsLike): Fragment[] =>
  declare(tenancy, t, 'system');

function declare(tenancy: Tenancy, t: ColumnsLike, kind: 'shared' | 'system'): Fragment[] {
  checkType(t, 'object', `t of ${kind === 'shared' ? 'shared' : 'systemOnly'}`);
  const [column] = Object.values(t);
  if (column === undefined) {
    throw new TenantryError('CONFIG_INVALID', { found: 'a table without columns' });
  }
  const table = tableOf(column);
  setNote(table, {
    kind,
    dialect: tenancy.dialect,
    tenantColumn: undefined,
    idColumn: t.id,
    key: [],
    policies: dialectOf(tenancy).globalPolicies(tenancy, nameOf(table), kind === 'shared'),
  });
  return []; // nothing for drizzle-kit to write
}
