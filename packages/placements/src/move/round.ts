import type { Tenancy } from '@tenantry/core';
import type { TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';

/** One round of copying: what has changed at the source since the round before. */
export interface Round {
  readonly source: EndOfMove;
  readonly target: EndOfMove;
  readonly tenancy: Tenancy;
  readonly tenant: string;
  /** What the round before has brought; undefined for the first one. */
  readonly last: Brought | undefined;
  readonly copied: (rows: number) => void;
}

/** What a round has brought: from then on both databases have these rows. */
export interface Brought {
  /**
   * The oldest transaction that the snapshot may not have seen: a row version that it has seen is of an older
   * one, and need not be copied again. So no trigger and no replication slot watches the source.
   */
  readonly seen: string;
  /** The transactions that have written at the target. */
  readonly written: readonly string[];
  /** The rows of all tables that are compared. */
  readonly digests: readonly TableDigest[];
}
