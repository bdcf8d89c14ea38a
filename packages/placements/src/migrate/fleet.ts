import { type Tenancy, TenantryError } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import { connectTo } from '../connect.ts';
import type { ApplyOptions } from './apply.ts';
import { type RememberedPlace, readCatalogue } from './catalogue.ts';
import { failureOf } from './failure.ts';
import { type FleetLock, takeFleetLock } from './fleet-lock.ts';
import { type FleetTarget, FleetTargets, schemaTables } from './fleet-targets.ts';
import { Memory } from './memory.ts';
import { inOrder } from './order.ts';
import { failedOutcome, type Outcome, outcome } from './outcome.ts';
import { sharedName } from './target.ts';
import { awaitMoves } from './unfinished-moves.ts';

/** The databases of a tenancy, and how their migrations run. */
export interface FleetOptions extends ApplyOptions {
  readonly tenancy: Tenancy;
  /** The shared database, of the login that migrates it. */
  readonly url: string;
  readonly connect: RoutedOptions['connect'];
  /** The schemas that names are looked up in after that of a tenant. Default: public. */
  readonly searchPath?: readonly string[];
  /** The place that is migrated before all others; undefined for the shared database. */
  readonly canary?: string | undefined;
  /** How many places are migrated at a time. */
  readonly parallel: number;
  /** Whether places are looked into that are remembered to have run the whole folder. */
  readonly verify: boolean;
  /** Whether it only says what it would do. */
  readonly dryRun: boolean;
  /** How long it waits for another run, and for moves of tenants, in milliseconds. */
  readonly waitMs: number;
  readonly progress: (done: number, total: number) => void;
  readonly note: (text: string) => void;
}

/** A database or a schema, with what is remembered of it. */
interface Member {
  readonly target: FleetTarget;
  /** Undefined for the shared database. */
  readonly place: RememberedPlace | undefined;
}

/**
 * Migrates the shared database and every place, in the order of {@link inOrder}. The shared database comes
 * early: it has most rows that could refuse a migration, and then nothing else has changed. Schemas follow it.
 *
 * @returns what became of each, the canary and the shared database first
 * @throws TenantryError `FLEET_LOCKED`, `PLACE_UNKNOWN`, `PLACE_UNAVAILABLE` for the shared database
 */
export async function migrateFleet(options: FleetOptions): Promise<Outcome[]> {
  const { tenancy, url, canary, dryRun, waitMs, note } = options;
  const control = await connectTo(`the ${sharedName}`, url);
  const locking = dryRun ? undefined : await connectTo(`the ${sharedName}`, url);
  const targets = new FleetTargets(options);
  try {
    const lock =
      locking &&
      (await takeFleetLock(locking, {
        as: 'migrate',
        waitMs,
        waiting: () => note('waiting: another run of tenantry migrate, or a tenant that is moving'),
      }));
    if (lock !== undefined)
      targets.spare(
        await awaitMoves(control, tenancy, waitMs, ({ tenant, target }) =>
          note(`waiting: the move of ${tenant} to ${target ?? 'shared'} is not finished`),
        ),
      );
    const memory = new Memory(control, tenancy);
    const places = await readCatalogue(control, tenancy);
    const tables = places.some(({ schema }) => schema !== null)
      ? await schemaTables(control, tenancy)
      : [];
    const members = membersOf(places, targets, canary, tables);
    const found = await inOrder(members, {
      ...options,
      first: canary === undefined ? 1 : 2,
      work: (member) => one(member, options, memory, lock),
    });
    await lock?.release();
    return members.map((each) => found.get(each) ?? namedOutcome(each, 'not begun'));
  } finally {
    await Promise.all([control, locking].map((each) => each?.end().catch(() => {})));
    await targets.end();
  }
}

/** @param tables those that schemas of tenants have */
function membersOf(
  places: readonly RememberedPlace[],
  targets: FleetTargets,
  canary: string | undefined,
  tables: readonly string[],
): Member[] {
  const shared: Member = { target: targets.shared(tables), place: undefined };
  const others = places.map((place) => ({ target: targets.of(place), place }));
  if (canary === undefined) return [shared, ...others];
  const first = others.find(({ place }) => place.name === canary && place.schema === null);
  if (first === undefined) {
    const isSchema = others.some(({ place }) => place.name === canary);
    throw new TenantryError('PLACE_UNKNOWN', {
      found: `${canary}${isSchema ? ' is a schema, which follows the shared tables' : ''}`,
    });
  }
  return [first, shared, ...others.filter((each) => each !== first)];
}

async function one(
  member: Member,
  options: FleetOptions,
  memory: Memory,
  lock: FleetLock | undefined,
): Promise<Outcome> {
  const { target, place } = member;
  const { folder, dryRun, verify } = options;
  if (place?.folder === folder.fingerprint && !verify) {
    return namedOutcome(member, 'current', { remembered: true });
  }
  try {
    if (dryRun) {
      const { pending, drift } = await target.look();
      const migrations = pending.map(({ name }) => name);
      return namedOutcome(member, migrations.length > 0 ? 'pending' : 'current', {
        migrations,
        drift,
      });
    }
    if (lock?.lost()) throw lostLock();
    const isDatabase = place !== undefined && place.schema === null;
    if (isDatabase) await memory.forget(place);
    const { ran, drift, retries } = await target.apply();
    // a schema that has run something has remembered it in its transaction
    if (place !== undefined && drift.length === 0 && (isDatabase || ran.length === 0)) {
      await memory.remember(place, folder.fingerprint);
    }
    const state = ran.length > 0 ? 'migrated' : 'current';
    return namedOutcome(member, state, { migrations: ran, drift, retries });
  } catch (error) {
    return { ...failedOutcome(target.name, failureOf(error)), ...schemaOf(member) };
  }
}

const schemaOf = ({ place }: Member) =>
  typeof place?.schema === 'string' ? { schema: place.schema } : {};

const namedOutcome = (
  member: Member,
  state: Outcome['state'],
  more: Partial<Outcome> = {},
): Outcome => outcome(member.target.name, state, { ...more, ...schemaOf(member) });

const lostLock = () =>
  new TenantryError('FLEET_LOCKED', {
    found: 'the connection that keeps other runs out has ended.',
    fix: 'Run `npx tenantry migrate` again; it goes on where it stopped.',
  });
