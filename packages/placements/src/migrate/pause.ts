import { setTimeout } from 'node:timers/promises';

const [leastMs, mostMs] = [50, 2000];

/** Waits before the next try: longer each time, and never as long as somebody else who waits too. */
export const pause = (retries: number): Promise<void> =>
  setTimeout(Math.min(mostMs, leastMs * 2 ** retries) * (0.5 + Math.random() / 2));
