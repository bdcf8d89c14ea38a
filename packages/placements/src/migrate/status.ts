import type { Tenancy } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import { connectTo } from '../connect.ts';
import { readCatalogue } from './catalogue.ts';
import type { DriftFound } from './compare.ts';
import { failureOf } from './failure.ts';
import { type FleetTarget, FleetTargets } from './fleet-targets.ts';
import type { MigrationFolder } from './folder.ts';
import type { LedgerName } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { sharedName } from './target.ts';
import { inParallel } from './workers.ts';

/** What to look into. */
export interface StatusOptions {
  readonly tenancy: Tenancy;
  readonly url: string;
  readonly connect: RoutedOptions['connect'];
  /** The schemas that names are looked up in after that of a tenant. Default: public. */
  readonly searchPath?: readonly string[];
  readonly folder: MigrationFolder;
  readonly ledger: LedgerName;
  readonly parallel: number;
  readonly progress: (done: number, total: number) => void;
}

/** How far a database is. */
export interface DatabaseStatus {
  readonly database: string;
  /** The schema that the place is; only of a schema. */
  readonly schema?: string;
  /** The last migration of the folder that has run; null when none has, or when it cannot be reached. */
  readonly version: string | null;
  readonly pending: readonly string[];
  readonly drift: readonly DriftFound[];
  readonly error?: Outcome['error'];
}

/** Looks into every database and schema; nothing is taken from memory. */
export async function statusOf(options: StatusOptions): Promise<DatabaseStatus[]> {
  const { tenancy, url, parallel, progress } = options;
  const control = await connectTo(`the ${sharedName}`, url);
  const places = await readCatalogue(control, tenancy).finally(() => control.end());
  const targets = new FleetTargets(options);
  const all = [
    { target: targets.shared([]), schema: null },
    ...places.map((place) => ({ target: targets.of(place), schema: place.schema })),
  ];
  const found = new Map<FleetTarget, DatabaseStatus>();
  try {
    await inParallel(all, parallel, async ({ target, schema }) => {
      const status = await one(target);
      found.set(target, schema === null ? status : { ...status, schema });
      progress(found.size, all.length);
    });
  } finally {
    await targets.end();
  }
  return all.map(({ target }) => found.get(target) as DatabaseStatus);
}

async function one(target: FleetTarget): Promise<DatabaseStatus> {
  try {
    const { version, pending, drift } = await target.look();
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
