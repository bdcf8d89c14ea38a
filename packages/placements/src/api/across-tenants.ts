import type { SystemEntry, Tenancy, TenantPool } from '@tenantry/core';
import { checkType, wholeNumber } from '@tenantry/core/errors';
import { checkPool } from '@tenantry/core/sql';
import { places } from './places.ts';

/** What {@link acrossTenants} takes. */
export interface AcrossEntry extends Omit<SystemEntry, 'write' | 'place'> {
  /** In how many places it reads at a time, 1 to 100. Default: 4. */
  readonly parallel?: number;
}

/** What one place answered; `place` is null for the shared tables. */
export type PlaceAnswer<R> =
  | { readonly place: string | null; readonly ok: true; readonly value: R }
  | { readonly place: string | null; readonly ok: false; readonly error: unknown };

type Read<R> = (place: string | null) => R | Promise<R>;
type Answers<R> = AsyncGenerator<PlaceAnswer<R>, void, undefined>;

/** Runs a read in every place, some at a time, and gives each answer as it comes. */
export async function* acrossTenants<R>(
  tenancy: Tenancy,
  pool: TenantPool,
  given: AcrossEntry,
  fn: Read<R>,
): Answers<R> {
  checkPool(pool, 'acrossTenants');
  checkType(given, 'object', 'entry of acrossTenants');
  checkType(fn, 'function', 'fn of acrossTenants');
  const { parallel = 4, ...entry } = given;
  wholeNumber(parallel, { name: 'option parallel', least: 1, greatest: 100 });
  const known = await tenancy.asSystem(entry, () => places(pool));
  yield* acrossPlaces(
    tenancy,
    [null, ...known.map(({ name }) => name)],
    { ...entry, parallel },
    fn,
  );
}

/** The same in places of the caller's choice. */
export async function* acrossPlaces<R>(
  tenancy: Tenancy,
  chosen: readonly (string | null)[],
  { parallel = 4, ...entry }: AcrossEntry,
  fn: Read<R>,
): Answers<R> {
  const waiting = [...chosen];
  const left = new AbortController();
  const signal =
    entry.signal === undefined ? left.signal : AbortSignal.any([entry.signal, left.signal]);

  const read = async (place: string | null): Promise<PlaceAnswer<R>> => {
    try {
      const there = { ...entry, signal, ...(place !== null && { place }) };
      return { place, ok: true, value: await tenancy.asSystem(there, () => fn(place)) };
    } catch (error) {
      return { place, ok: false, error };
    }
  };
  const running = new Map<string | null, Promise<PlaceAnswer<R>>>();
  const fill = () => {
    while (running.size < parallel && waiting.length > 0) {
      const place = waiting.shift() as string | null;
      running.set(place, read(place));
    }
  };
  try {
    for (fill(); running.size > 0; fill()) {
      const answer = await Promise.race(running.values());
      running.delete(answer.place);
      yield answer;
    }
  } finally {
    // whoever leaves the loop early wants no more answers
    left.abort();
    await Promise.all(running.values());
  }
}
