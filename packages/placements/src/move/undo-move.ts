import { TenantryError } from '@tenantry/core';
import { openEnd } from './end-of-move.ts';
import { eraseAt } from './erase-at.ts';
import type { Moving } from './moving.ts';
import { endsOf } from './schema-ends.ts';
import * as state from './state.ts';

/**
 * Takes a move back that has not changed the route: nothing of it is left.
 * @param only the id of the move; another one is left as it is
 * @returns whether there was one
 * @throws TenantryError `MOVE_UNFINISHED` when the tenant lives at its target already
 */
export async function undoMove(moving: Moving, only?: string): Promise<boolean> {
  const { pool, tenancy, tenant, owners } = moving;
  return pool.transaction(async (tx) => {
    await state.holdMove(tx, tenant);
    const move = await state.readMove(pool, tenant);
    if (move === null || (only !== undefined && move.id !== only)) return false;
    if (move.phase === 'moved') {
      throw new TenantryError('MOVE_UNFINISHED', {
        found: `it lives in ${move.target ?? 'shared'} already.`,
        fix: 'Run `npx tenantry tenants move` with that place, which erases what is left at the source; then move it back.',
      });
    }
    if (move.phase === 'copying') {
      const at = await endsOf(pool, move);
      const target = await openEnd(move.target, tenancy, owners, at.target);
      try {
        await eraseAt(target, moving, move.keeps_tenant);
      } finally {
        await target.client.end();
      }
    }
    await state.endMove(tx, move);
    return true;
  });
}
