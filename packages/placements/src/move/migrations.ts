import type { Tenancy } from '@tenantry/core';
import { type LedgerName, readLedger } from '../migrate/ledger.ts';
import { readSchemaStates } from '../schemas/fleet/ledger.ts';
import type { EndOfMove } from './end.ts';

/**
 * Whether one end has had a migration that the other is still to have. One that changes rows would change those
 * of the tenant twice, or never, also where the columns are alike.
 *
 * The last migration alone is compared: older ones differ after a squash.
 */
export async function differentMigrations(
  source: EndOfMove,
  target: EndOfMove,
  tenancy: Tenancy,
  ledger: LedgerName,
): Promise<string[]> {
  const left = await lastMigration(source, tenancy, ledger);
  const right = await lastMigration(target, tenancy, ledger);
  // without a ledger nobody knows
  if (left === undefined || right === undefined || left === right) return [];
  const [behind, ahead] = left < right ? [source, target] : [target, source];
  return [`${behind.title} lacks the last migration of ${ahead.title} (run tenantry migrate)`];
}

/** The time of the last migration that has run. */
async function lastMigration(
  { client, place, schema }: EndOfMove,
  tenancy: Tenancy,
  ledger: LedgerName,
): Promise<number | undefined> {
  const found =
    schema === null
      ? await readLedger(client, ledger)
      : (await readSchemaStates(client, tenancy, place)).get(place ?? '')?.ledger;
  return found?.rows[0]?.when;
}
