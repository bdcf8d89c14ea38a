import { TenantryError } from '@tenantry/core';
import type { Guard } from '@tenantry/core/adapter';
import { runStatement, statement } from '@tenantry/core/sql';

interface Count {
  readonly used: number;
}

/** At most five projects; limits of `@tenantry/plan-limits` are guards of this kind. */
export const roomForOneMore: Guard = {
  requires: 'fewer than five projects',
  async check(db) {
    const rows = await runStatement<Count>(db, statement`select count(*)::int used from projects`);
    const used = rows[0]?.used ?? 0;
    if (used >= 5) throw new TenantryError('ROW_FORBIDDEN', { details: { limit: 5, used } });
    return { 'x-remaining': String(5 - used) };
  },
};
