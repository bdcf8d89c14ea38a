import type { TenantryError } from '@tenantry/core';
import { type DriftFound, inWords } from './compare.ts';

/**
 * What became of a database:
 * - `migrated`: what was pending has run;
 * - `current`: nothing was pending;
 * - `pending`: something is, in a run that changes nothing;
 * - `failed`: a migration did not run, and nothing of it has happened;
 * - `unreachable`: there was no connection, or it led elsewhere;
 * - `not begun`: the run had stopped before.
 */
export type OutcomeState =
  | 'migrated'
  | 'current'
  | 'pending'
  | 'failed'
  | 'unreachable'
  | 'not begun';

/** What became of a database. */
export interface Outcome {
  /** The name of the place, or that of the shared database. */
  readonly database: string;
  /** The schema that the place is; only of a schema. */
  readonly schema?: string;
  readonly state: OutcomeState;
  /** The migrations that have run now; or that would run. */
  readonly migrations: readonly string[];
  readonly drift: readonly DriftFound[];
  /** How often it began again because of a lock. */
  readonly retries: number;
  /** Whether it was not looked into, because it is remembered. */
  readonly remembered: boolean;
  readonly error?: { readonly code: string; readonly found: string; readonly fix: string };
}

const nothing = { migrations: [], drift: [], retries: 0, remembered: false } as const;

/** An outcome, of which everything else is empty. */
export const outcome = (
  database: string,
  state: OutcomeState,
  more: Partial<Outcome> = {},
): Outcome => ({ ...nothing, database, state, ...more });

/** A database that an error has left as it was. */
export const failedOutcome = (database: string, error: TenantryError): Outcome =>
  outcome(database, error.code === 'PLACE_UNAVAILABLE' ? 'unreachable' : 'failed', {
    error: { code: error.code, found: error.found ?? error.message, fix: error.fix },
  });

/** The states after which a run has not done what it was for. */
export const isTrouble = ({ state }: Outcome): boolean =>
  state === 'failed' || state === 'unreachable' || state === 'not begun';

/** `eu1: migrated 0003_seats`, for a person. */
export function lineOf({ database, state, migrations, drift, retries, error }: Outcome): string {
  const list =
    migrations.length > 3
      ? `${migrations.length} migrations, to ${migrations.at(-1)}`
      : migrations.join(', ');
  const what = list === '' ? state : `${state} ${list}`;
  const why = error === undefined ? '' : `: ${error.found} ${error.fix}`;
  const busy =
    retries === 0 ? '' : ` (${retries} more ${retries === 1 ? 'try' : 'tries'} for a lock)`;
  const differs = drift.length === 0 ? '' : `; ${inWords(drift)}`;
  return `${database}: ${what}${busy}${differs}${why}`;
}
