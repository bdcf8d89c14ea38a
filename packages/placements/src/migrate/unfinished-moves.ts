import { setTimeout } from 'node:timers/promises';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';

const pollMs = 100;

/** A tenant that has moved, with rows left at its source; null stands for the shared tables. */
export interface UnfinishedMove {
  readonly tenant: string;
  readonly source: string | null;
  readonly target: string | null;
}

/**
 * Waits until no tenant that has moved has rows left at its source. A migration would change them, and the end
 * of the move could not tell any more that they are those that were moved. To be called with the lock of the
 * fleet: no move begins meanwhile, and those that run end.
 *
 * @param waitMs how long at most, in milliseconds
 * @param waiting called once when it has to wait
 * @returns those that are left
 */
export async function awaitMoves(
  client: pg.ClientBase,
  tenancy: Tenancy,
  waitMs: number,
  waiting: (move: UnfinishedMove) => void,
): Promise<readonly UnfinishedMove[]> {
  const until = performance.now() + waitMs;
  for (let asked = 0; ; asked++) {
    const [first, ...others] = await readMoved(client, tenancy);
    if (first === undefined) return [];
    if (performance.now() >= until) return [first, ...others];
    if (asked === 0) waiting(first);
    await setTimeout(pollMs);
  }
}

async function readMoved(
  client: pg.ClientBase,
  { schema }: Tenancy,
): Promise<readonly UnfinishedMove[]> {
  const own = (text: string) => textInSchema(schema, text);
  const { rows } = await client.query(
    own('select pg_catalog.to_regclass($name$tenantry.moves$name$) is not null as is'),
  );
  if ((rows[0] as { is: boolean }).is !== true) return [];
  const found = await client.query<UnfinishedMove>(
    own(`select tenant, source, target from tenantry.moves where phase = 'moved' order by tenant`),
  );
  return found.rows;
}

/** @throws TenantryError `MOVE_UNFINISHED` for a place that is the source of one */
export function refuseUnfinished(moves: readonly UnfinishedMove[], place: string | null): void {
  const move = moves.find(({ source }) => source === place);
  if (move === undefined) return;
  const to = move.target ?? 'shared';
  throw new TenantryError('MOVE_UNFINISHED', {
    found: `the tenant ${move.tenant} lives in ${to}, and its rows in ${place ?? 'the shared tables'} are not erased yet.`,
    fix: `Run \`npx tenantry tenants move ${move.tenant} --to ${to}\`, which erases them; then migrate again.`,
  });
}
