import type { Migration, MigrationFolder } from './folder.ts';
import type { Ledger, LedgerRow } from './ledger.ts';

/** What differs between the folder and what has run, besides migrations that are still to run. */
export interface DriftFound {
  /**
   * - `unknown`: it has run, and the folder does not have it;
   * - `changed`: it was changed after it ran;
   * - `left out`: it is older than one that has run, so Drizzle 0.x never runs it.
   */
  readonly kind: 'unknown' | 'changed' | 'left out';
  /** The name; of one that the folder does not have, the time, or the name that Drizzle 1.0 stores. */
  readonly migration: string;
}

/** The folder beside the ledger of a database. */
export interface Compared {
  /** Those that the migrator of Drizzle would run, in order. */
  readonly pending: readonly Migration[];
  readonly drift: readonly DriftFound[];
  /** The last migration of the folder that has run. */
  readonly version: string | null;
  /** Rows of a ledger of Drizzle 0.x, for a folder of 1.0: the names that they get. */
  readonly named: readonly (readonly [row: LedgerRow, migration: Migration])[];
}

/** Decides as the migrator of Drizzle does what runs, and says what it would pass over. */
export function compare({ form, migrations }: MigrationFolder, ledger: Ledger): Compared {
  const named =
    form === 'folders' && ledger.exists && !ledger.hasNames ? namesOf(migrations, ledger.rows) : [];
  const migrationOf = new Map<LedgerRow, Migration | undefined>();
  for (const row of ledger.rows) {
    const given = named.find(([each]) => each === row)?.[1];
    migrationOf.set(row, given ?? migrationOfRow(row, migrations, form === 'folders'));
  }
  const ran = new Set(migrationOf.values());
  const [last] = ledger.rows;
  const pending = migrations.filter((each) =>
    form === 'folders' ? !ran.has(each) : last === undefined || last.when < each.when,
  );
  const changed = [...migrationOf].filter(([row, each]) => each?.hashes.has(row.hash) === false);
  const drift: DriftFound[] = [
    ...[...migrationOf]
      .filter(([, each]) => each === undefined)
      .map(([row]) => ({
        kind: 'unknown' as const,
        migration: row.name ?? new Date(row.when).toISOString(),
      })),
    ...changed.map(([, each]) => ({ kind: 'changed' as const, migration: each?.name ?? '' })),
    ...migrations
      .filter((each) => !ran.has(each) && !pending.includes(each))
      .map((each) => ({ kind: 'left out' as const, migration: each.name })),
  ];
  const version = migrations.findLast((each) => ran.has(each))?.name ?? null;
  return { pending, drift, version, named };
}

/**
 * The migration of a row: for Drizzle 1.0 by its name, where the row has one. Of two with the same text the
 * time decides.
 */
function migrationOfRow(row: LedgerRow, migrations: readonly Migration[], byName: boolean) {
  if (byName && row.name !== null) return migrations.find(({ name }) => name === row.name);
  const then = migrations.filter(({ when }) => when === row.when);
  const isSame = ({ hashes }: Migration) => hashes.has(row.hash);
  return then.find(isSame) ?? then[0] ?? migrations.find(isSame);
}

/** The rows that Drizzle 1.0 finds a migration for when it takes over a ledger of 0.x: by second, then by hash. */
function namesOf(migrations: readonly Migration[], rows: readonly LedgerRow[]) {
  return rows.flatMap((row) => {
    const second = Math.floor(row.when / 1000) * 1000;
    const then = migrations.filter(({ when }) => when === second);
    const [only] = then.length === 1 ? then : [];
    const byHash = (then.length > 1 ? then : migrations).find(({ hash }) => hash === row.hash);
    const found = then.length === 1 ? only : byHash;
    return found === undefined ? [] : [[row, found] as const];
  });
}

const meaning = {
  unknown: 'ran, and is not in the folder',
  changed: 'was changed after it ran',
  'left out': 'is older than one that has run, and did not run',
} as const;

/** `0002_seats was changed after it ran`, and how many more. */
export function inWords(drift: readonly DriftFound[]): string {
  const [first] = drift;
  if (first === undefined) return '';
  const more = drift.length === 1 ? '' : `, and ${drift.length - 1} more`;
  return `${first.migration} ${meaning[first.kind]}${more}`;
}
