import { TenantryError } from '@tenantry/core';
import { permitLog } from './audit-log.ts';
import { differing, digestsOf, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { eraseRows } from './erase-rows.ts';
import type { Moving } from './moving.ts';
import { refused } from './preflight.ts';
import { referredFromOthers } from './referred.ts';
import { actFor, beginFor } from './tenant-session.ts';

/**
 * Erases the rows of the tenant in one database, whole or not at all.
 *
 * @param keepsTenant whether its own row stays in a place too
 * @param copied what the rows must be, unless there are none
 * @throws TenantryError `MOVE_DIFFERS`, `MOVE_REFUSED`
 */
export async function eraseAt(
  end: EndOfMove,
  { tenancy, tenant }: Moving,
  keepsTenant: boolean,
  copied?: readonly TableDigest[],
): Promise<void> {
  await beginFor(end, tenancy, tenant, 'write');
  await permitLog(end, true);
  if (copied !== undefined) {
    const now = (await digestsOf(end)).filter(({ rows }) => rows > 0);
    const differ = differing(now, copied);
    if (differ.length > 0) {
      throw new TenantryError('MOVE_DIFFERS', {
        found: `since it has moved, ${end.title} has other rows of it: ${differ.join(', ')}.`,
        fix: 'Bring what was written there to where the tenant lives, then undo it at the source, and run the command again.',
      });
    }
    const referred = await referredFromOthers(end);
    if (referred.length > 0) throw refused(referred);
  }
  await eraseRows(end, keepsTenant);
  await actFor(end, []);
  await permitLog(end, false);
  await end.query('commit');
}
