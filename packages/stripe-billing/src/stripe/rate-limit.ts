/** Longest pause after Stripe asked to slow down, in milliseconds. */
const longest = 60_000;

/**
 * Pauses all requests of a runtime after a 429: 1 s, doubled each time up to a minute, minus a random
 * part of up to a quarter, so that several processes do not resume at once.
 */
export function createGate(random: () => number = Math.random, firstMs = 1_000) {
  let until = 0;
  let pause = 0;
  return {
    async wait(): Promise<void> {
      for (let left = until - Date.now(); left > 0; left = until - Date.now()) {
        await new Promise((resolve) => setTimeout(resolve, left));
      }
    },
    slowDown(): number {
      // concurrent requests count as one
      if (until > Date.now()) return until - Date.now();
      pause = Math.min(longest, pause === 0 ? firstMs : pause * 2);
      until = Date.now() + pause * (1 - random() / 4);
      return pause;
    },
    succeeded(): void {
      pause = 0;
    },
  };
}

export type Gate = ReturnType<typeof createGate>;

/** How long to wait before try `attempt`, counted from 1: 2 s, 4 s … up to an hour. */
export const backOffMs = (attempt: number, firstMs: number): number =>
  Math.min(3_600_000, firstMs * 2 ** Math.min(attempt - 1, 20));
