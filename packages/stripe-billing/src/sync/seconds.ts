/** Seconds since 1970, or null. */
export type Seconds = number | null;

const known = (times: readonly Seconds[]) => times.filter((each): each is number => each !== null);

/** The earliest of those that are known. */
export function earliest(times: readonly Seconds[]): Seconds {
  const all = known(times);
  return all.length === 0 ? null : Math.min(...all);
}

/** The latest of those that are known. */
export function latest(times: readonly Seconds[]): Seconds {
  const all = known(times);
  return all.length === 0 ? null : Math.max(...all);
}

/** The same as ISO 8601 in UTC. */
export const iso = (seconds: Seconds): string | null =>
  seconds === null ? null : new Date(seconds * 1000).toISOString();
