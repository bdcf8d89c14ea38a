import { TenantryError } from '@tenantry/core';
import type pg from 'pg';
import '../errors.ts';

/** The first key of the lock: 'migr' as a number. The second is 0 in the shared database. */
export const fleetLockClass = 0x6d696772;

/** A lock that is held. */
export interface FleetLock {
  /** Whether the connection has ended, and the lock with it. */
  readonly lost: () => boolean;
  /** Gives it back; the connection can be used for other things. */
  release(): Promise<void>;
}

/** Who wants the lock, and for how long it waits. */
export interface FleetLockOptions {
  /** One run of `tenantry migrate` alone, or moves beside each other. */
  readonly as: 'migrate' | 'move';
  /** Milliseconds, 0 for no wait. */
  readonly waitMs: number;
  /** Called once when it has to wait. */
  readonly waiting?: () => void;
}

/**
 * Keeps migrations and moves of tenants apart: `pg_advisory_xact_lock(0x6d696772, 0)` in the shared
 * database, shared by moves. The transaction is left open, without a snapshot: in a pooler of transactions
 * a lock of the session would stay behind on a connection of somebody else.
 *
 * @param client a connection to the shared database that is used for nothing else meanwhile
 * @throws TenantryError `FLEET_LOCKED`
 */
export async function takeFleetLock(
  client: pg.Client,
  { as, waitMs, waiting }: FleetLockOptions,
): Promise<FleetLock> {
  let lost = false;
  const lose = () => {
    lost = true;
  };
  client.on('error', lose);
  client.on('end', lose);
  const shared = as === 'move' ? '_shared' : '';
  await client.query('begin isolation level read committed');
  try {
    // it waits for people: nothing of the login may end it
    await client.query(
      `select pg_catalog.set_config(name, '0', true) from pg_catalog.pg_settings
       where name in ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout', 'lock_timeout')`,
    );
    const { rows } = await client.query<{ got: boolean }>(
      `select pg_catalog.pg_try_advisory_xact_lock${shared}($1, 0) as got`,
      [fleetLockClass],
    );
    if (rows[0]?.got !== true) {
      if (waitMs === 0) throw locked(as);
      waiting?.();
      await client.query(`select pg_catalog.set_config('lock_timeout', $1, true)`, [
        String(waitMs),
      ]);
      await client
        .query(`select pg_catalog.pg_advisory_xact_lock${shared}($1, 0)`, [fleetLockClass])
        .catch((error) => {
          throw (error as pg.DatabaseError).code === '55P03' ? locked(as) : error;
        });
    }
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
  return {
    lost: () => lost,
    release: async () => {
      client.off('end', lose);
      await client.query('rollback').catch(() => {});
    },
  };
}

const locked = (as: FleetLockOptions['as']) =>
  new TenantryError('FLEET_LOCKED', {
    found:
      as === 'migrate'
        ? 'another run of `tenantry migrate`, or a tenant that is moving.'
        : 'a run of `tenantry migrate`.',
  });
