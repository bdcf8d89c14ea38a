import type { Tenancy } from '@tenantry/core';
import type { EndOfMove } from './end.ts';

/** One round of copying: what has changed at the source since the round before. */
export interface Round {
  readonly source: EndOfMove;
  readonly target: EndOfMove;
  readonly tenancy: Tenancy;
  readonly tenant: string;
  /** What the round before returned; undefined for the first one. */
  readonly since: string | undefined;
  readonly copied: (rows: number) => void;
}
