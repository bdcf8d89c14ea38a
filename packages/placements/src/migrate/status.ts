import type { Tenancy } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import { connectTo } from '../connect.ts';
import { look } from './apply.ts';
import { readCatalogue } from './catalogue.ts';
import type { DriftFound } from './compare.ts';
import { failureOf } from './failure.ts';
import type { MigrationFolder } from './folder.ts';
import type { LedgerName } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { placeTarget, sharedName, sharedTarget, type Target } from './target.ts';
import { inParallel } from './workers.ts';

/** What to look into. */
export interface StatusOptions {
  readonly tenancy: Tenancy;
  readonly url: string;
  readonly connect: RoutedOptions['connect'];
  readonly folder: MigrationFolder;
  readonly ledger: LedgerName;
  readonly parallel: number;
  readonly progress: (done: number, total: number) => void;
}

/** How far a database is. */
export interface DatabaseStatus {
  readonly database: string;
  /** The last migration of the folder that has run; null when none has, or when it cannot be reached. */
  readonly version: string | null;
  readonly pending: readonly string[];
  readonly drift: readonly DriftFound[];
  readonly error?: Outcome['error'];
}

/** Looks into every database; nothing is taken from memory. */
export async function statusOf(options: StatusOptions): Promise<DatabaseStatus[]> {
  const { tenancy, url, connect, parallel, progress } = options;
  const control = await connectTo(`the ${sharedName}`, url);
  const places = await readCatalogue(control, tenancy).finally(() => control.end());
  const targets: Target[] = [
    sharedTarget(tenancy, url),
    ...places.map((place) => placeTarget(tenancy, place, connect)),
  ];
  const found = new Map<Target, DatabaseStatus>();
  await inParallel(targets, parallel, async (target) => {
    found.set(target, await one(target, options));
    progress(found.size, targets.length);
  });
  return targets.map((each) => found.get(each) as DatabaseStatus);
}

async function one(target: Target, options: StatusOptions): Promise<DatabaseStatus> {
  try {
    const { version, pending, drift } = await target.use((client) => look(client, options));
    return { database: target.name, version, pending: pending.map(({ name }) => name), drift };
  } catch (error) {
    const { code, found = '', fix } = failureOf(error);
    return {
      database: target.name,
      version: null,
      pending: [],
      drift: [],
      error: { code, found, fix },
    };
  }
}
