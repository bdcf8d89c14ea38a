import { type Tenancy, TenantryError } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import type pg from 'pg';
import { type ApplyOptions, apply, look } from './apply.ts';
import { forget, type RememberedPlace, readCatalogue, remember } from './catalogue.ts';
import { connectTo } from './connect.ts';
import { failureOf } from './failure.ts';
import { type FleetLock, takeFleetLock } from './fleet-lock.ts';
import { failedOutcome, isTrouble, type Outcome, outcome } from './outcome.ts';
import { placeTarget, sharedName, sharedTarget, type Target } from './target.ts';
import { inParallel } from './workers.ts';

/** The databases of a tenancy, and how their migrations run. */
export interface FleetOptions extends ApplyOptions {
  readonly tenancy: Tenancy;
  /** The shared database, of the login that migrates it. */
  readonly url: string;
  readonly connect: RoutedOptions['connect'];
  /** The place that is migrated before all others; undefined for the shared database. */
  readonly canary?: string | undefined;
  /** How many places are migrated at a time. */
  readonly parallel: number;
  /** Whether places are looked into that are remembered to have run the whole folder. */
  readonly verify: boolean;
  /** Whether it only says what it would do. */
  readonly dryRun: boolean;
  /** How long it waits for another run, in milliseconds. */
  readonly waitMs: number;
  readonly progress: (done: number, total: number) => void;
  readonly note: (text: string) => void;
}

/** A database with what is remembered of it. */
interface Member {
  readonly target: Target;
  /** Undefined for the shared database. */
  readonly place: RememberedPlace | undefined;
}

/**
 * Migrates the shared database and every place. The canary comes first, then the shared database, then all
 * others; after a failure no further one is begun, while a place that cannot be reached stops nobody. The
 * shared database comes early: it has most rows to refuse a migration, and then nothing else has changed.
 *
 * @returns what became of each, in this order
 * @throws TenantryError `FLEET_LOCKED`, `PLACE_UNKNOWN`, `PLACE_UNAVAILABLE` for the shared database
 */
export async function migrateFleet(options: FleetOptions): Promise<Outcome[]> {
  const { tenancy, url, dryRun, waitMs, note } = options;
  const control = await connectTo(`the ${sharedName}`, url);
  const locking = dryRun ? undefined : await connectTo(`the ${sharedName}`, url);
  try {
    const lock =
      locking &&
      (await takeFleetLock(locking, {
        as: 'migrate',
        waitMs,
        waiting: () => note('waiting: another run of tenantry migrate, or a tenant that is moving'),
      }));
    const members = await membersOf(control, options);
    const found = await inOrder(members, options, (member) => one(control, member, options, lock));
    await lock?.release();
    return found;
  } finally {
    await Promise.all([control, locking].map((each) => each?.end().catch(() => {})));
  }

  async function membersOf(
    client: pg.Client,
    { connect, canary }: FleetOptions,
  ): Promise<Member[]> {
    const places = await readCatalogue(client, tenancy);
    const shared: Member = { target: sharedTarget(tenancy, url), place: undefined };
    const others = places.map((place) => ({ target: placeTarget(tenancy, place, connect), place }));
    if (canary === undefined) return [shared, ...others];
    const first = others.find(({ place }) => place.name === canary);
    if (first === undefined) throw new TenantryError('PLACE_UNKNOWN', { found: canary });
    return [first, shared, ...others.filter((each) => each !== first)];
  }
}

/** @param run what is done with one of them */
async function inOrder(
  members: readonly Member[],
  { canary, parallel, dryRun, progress }: FleetOptions,
  run: (member: Member) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes = new Map<Member, Outcome>();
  let stopped = false;
  const work = async (member: Member) => {
    const found = await run(member);
    outcomes.set(member, found);
    progress(outcomes.size, members.length);
    if (found.state === 'failed' || found.state === 'not begun') stopped = true;
  };
  const alone = members.slice(0, canary === undefined ? 1 : 2);
  for (const member of alone) {
    if (stopped) break;
    await work(member);
    // the others wait for these: one that cannot be reached has shown nothing
    if (!dryRun && isTrouble(outcomes.get(member) as Outcome)) stopped = true;
  }
  if (dryRun) stopped = false;
  await inParallel(members.slice(alone.length), parallel, work, () => stopped && !dryRun);
  return members.map((each) => outcomes.get(each) ?? outcome(each.target.name, 'not begun'));
}

async function one(
  control: pg.Client,
  { target, place }: Member,
  options: FleetOptions,
  lock: FleetLock | undefined,
): Promise<Outcome> {
  const { tenancy, folder, dryRun, verify } = options;
  if (place?.folder === folder.fingerprint && !verify) {
    return outcome(target.name, 'current', { remembered: true });
  }
  try {
    if (dryRun) {
      const { pending, drift } = await target.use((client) => look(client, options));
      const migrations = pending.map(({ name }) => name);
      return outcome(target.name, migrations.length > 0 ? 'pending' : 'current', {
        migrations,
        drift,
      });
    }
    if (lock?.lost()) throw lostLock();
    // what is remembered is a help, and no reason to fail
    const tell = async (work: Promise<void>) => work.catch(() => {});
    if (place !== undefined && place.folder !== null) await tell(forget(control, tenancy, place));
    const { ran, drift, retries } = await target.use((client) => apply(client, options));
    if (place !== undefined && drift.length === 0) {
      await tell(remember(control, tenancy, place, folder.fingerprint));
    }
    const state = ran.length > 0 ? 'migrated' : 'current';
    return outcome(target.name, state, { migrations: ran, drift, retries });
  } catch (error) {
    return failedOutcome(target.name, failureOf(error));
  }
}

const lostLock = () =>
  new TenantryError('FLEET_LOCKED', {
    found: 'the connection that keeps other runs out has ended.',
    fix: 'Run `npx tenantry migrate` again; it goes on where it stopped.',
  });
