import { TenantryError } from '@tenantry/core';
import type pg from 'pg';
import { type Compared, compare } from './compare.ts';
import { drifted } from './failure.ts';
import { fleetLockClass } from './fleet-lock.ts';
import type { MigrationFolder } from './folder.ts';
import { addRows, type LedgerName, lockLedger, nameRows, readLedger } from './ledger.ts';
import { pause } from './pause.ts';
import { runMigration, StatementFailed } from './script.ts';
import { transactionWord } from './transaction-words.ts';

/** How a database is migrated. */
export interface ApplyOptions {
  readonly folder: MigrationFolder;
  readonly ledger: LedgerName;
  /** Whether pending migrations run where something else differs from the folder. */
  readonly acceptDrift: boolean;
  /** How often it asks for a lock that somebody else holds. */
  readonly tries: number;
  /** Called with what is pending before any of it runs. Default: nothing. */
  readonly before?: (pending: MigrationFolder['migrations']) => void;
}

/** What has happened in a database. */
export interface Applied {
  /** The names of the migrations that have run now. */
  readonly ran: readonly string[];
  readonly drift: Compared['drift'];
  /** How often it had to begin again because of a lock. */
  readonly retries: number;
}

/** What is to do in a database; it changes nothing. */
export const look = async (
  client: pg.ClientBase,
  { folder, ledger }: Pick<ApplyOptions, 'folder' | 'ledger'>,
): Promise<Compared> => compare(folder, await readLedger(client, ledger));

/**
 * Runs what is pending in a database, and writes it into its ledger, in one transaction. When somebody
 * else holds a lock it gives up all of its own after 50 ms, or statements behind it would wait too, and
 * begins again after a pause.
 *
 * @throws StatementFailed, TenantryError `MIGRATION_DRIFT`, `MIGRATION_FAILED`
 */
export const apply = (client: pg.ClientBase, options: ApplyOptions): Promise<Applied> =>
  retrying(client, options.tries, () => attempt(client, options));

/** Begins again when somebody else holds a lock. */
export async function retrying(
  client: pg.ClientBase,
  tries: number,
  work: () => Promise<Omit<Applied, 'retries'>>,
): Promise<Applied> {
  for (let retries = 0; ; retries++) {
    try {
      return { ...(await work()), retries };
    } catch (error) {
      await client.query('rollback').catch(() => {}); // what the caller learns is the first error
      if (retries + 1 >= tries || !isBusy(error)) throw error;
      await pause(retries);
    }
  }
}

async function attempt(
  client: pg.ClientBase,
  options: ApplyOptions,
): Promise<Omit<Applied, 'retries'>> {
  const { folder, ledger, acceptDrift } = options;
  const before = await look(client, options);
  if (before.pending.length === 0) return { ran: [], drift: before.drift };
  // READ COMMITTED: what is read under the locks is what the last one has committed. The advisory lock
  // lets a second run wait for as long as the first one takes, also while there is no ledger yet.
  await client.query(
    `begin isolation level read committed; set local lock_timeout = 0;
     select pg_catalog.pg_advisory_xact_lock(${fleetLockClass}, 1); set local lock_timeout = '50ms'`,
  );
  const first = await readLedger(client, ledger);
  await lockLedger(client, ledger, first, folder.form);
  const { pending, drift, named } = await look(client, options);
  if (pending.length === 0) {
    await client.query('rollback');
    return { ran: [], drift };
  }
  if (drift.length > 0 && !acceptDrift) throw drifted(drift);
  refuseTransactions(pending);
  options.before?.(pending);
  if (folder.form === 'folders' && first.exists && !first.hasNames) {
    await nameRows(client, ledger, named);
  }
  for (const migration of pending) await runMigration(client, migration);
  await addRows(client, ledger, pending, folder.form);
  await client.query('commit');
  return { ran: pending.map(({ name }) => name), drift };
}

/** @throws TenantryError `MIGRATION_FAILED` */
export function refuseTransactions(pending: MigrationFolder['migrations']): void {
  const found = transactionWord(pending);
  if (found === undefined) return;
  throw new TenantryError('MIGRATION_FAILED', {
    found: `${found.migration.name}, line ${found.line}: \`${found.word}\` in a migration. Nothing of it has happened.`,
    fix: 'Take it out: everything that is pending runs in one transaction.',
  });
}

/** A lock that somebody else holds, or a deadlock with somebody else. */
function isBusy(error: unknown): boolean {
  const { code } = (error instanceof StatementFailed ? error.cause : error) as { code?: string };
  return code === '55P03' || code === '40P01';
}
