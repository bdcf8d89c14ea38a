import type { Queryable } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import { type AuditLag, readLag } from './lag.ts';

/** The result of a sealing run. */
export interface AuditSealResult {
  readonly seals: number;
  readonly entries: number;
  /** Whether another sealer was working; it seals the same entries. */
  readonly busy: boolean;
  /** The entries that cannot be sealed yet, and what they wait for; absent when none wait. */
  readonly lag?: AuditLag;
}

/** The most entries that one statement seals, except when a single transaction wrote more. */
const mostEntries = 20_000;

/** Seals all entries of finished transactions, in as many statements as needed. */
export async function seal(db: Queryable): Promise<AuditSealResult> {
  let seals = 0;
  let entries = 0;
  for (;;) {
    const [row] = await calls.seal(db, mostEntries);
    seals += row?.seals ?? 0;
    entries += row?.entries ?? 0;
    if (row === undefined || row.busy || !row.more) {
      const lag = await readLag(db);
      return { seals, entries, busy: row?.busy ?? false, ...(lag !== undefined && { lag }) };
    }
  }
}
