import type { Outcome } from './outcome.ts';
import { inParallel } from './workers.ts';

/** How databases follow each other. */
export interface OrderOptions<M> {
  /** How many of them are done one by one before the others. */
  readonly first: number;
  /** How many of the others are done at a time. */
  readonly parallel: number;
  /** Whether nothing is changed, so that nothing has to stop. */
  readonly dryRun: boolean;
  readonly progress: (done: number, total: number) => void;
  readonly work: (member: M) => Promise<Outcome>;
}

/**
 * Works on databases, the first ones alone. After one that has failed no further one is begun. One that
 * cannot be reached stops nobody, unless it is of the first: those have to show that it goes well.
 *
 * @returns what became of those that were begun
 */
export async function inOrder<M>(
  members: readonly M[],
  { first, parallel, dryRun, progress, work }: OrderOptions<M>,
): Promise<Map<M, Outcome>> {
  const found = new Map<M, Outcome>();
  let stopped = false;
  const step = (stops: readonly Outcome['state'][]) => async (member: M) => {
    const result = await work(member);
    found.set(member, result);
    progress(found.size, members.length);
    if (stops.includes(result.state) && !dryRun) stopped = true;
  };
  const isStopped = () => stopped;
  await inParallel(members.slice(0, first), 1, step(['failed', 'unreachable']), isStopped);
  await inParallel(members.slice(first), parallel, step(['failed']), isStopped);
  return found;
}
