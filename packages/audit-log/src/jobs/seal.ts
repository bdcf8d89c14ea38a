import type { Queryable } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import { type AuditLag, readLag } from './lag.ts';

/** What a run of the sealer did. */
export interface SealResult {
  readonly seals: number;
  readonly entries: number;
  /** Another sealer was at work; it seals what this one would have. */
  readonly busy: boolean;
  /** What could not be sealed yet, and whom it waits for; absent when nothing waits. */
  readonly lag?: AuditLag;
}

/** How many entries one statement seals, unless a single transaction wrote more. */
const mostEntries = 20_000;

/** Seals what is committed for certain, in as many statements as it takes. */
export async function seal(db: Queryable): Promise<SealResult> {
  let seals = 0;
  let entries = 0;
  for (;;) {
    const [row] = await calls.seal(db, mostEntries);
    seals += row?.seals ?? 0;
    entries += Number(row?.entries ?? 0);
    if (row === undefined || row.busy || !row.more) {
      const lag = await readLag(db);
      return { seals, entries, busy: row?.busy ?? false, ...(lag !== undefined && { lag }) };
    }
  }
}
