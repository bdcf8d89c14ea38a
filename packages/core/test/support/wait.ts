/** Waits for `ms` milliseconds. */
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Asks again until the answer is true; fails after `ms` milliseconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  ms = 120_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`still not so after ${ms} ms: ${what}`);
    await sleep(10);
  }
}

/** The error that a promise rejects with; fails when it does not. */
export async function failure(promise: PromiseLike<unknown>): Promise<Error & { code?: string }> {
  return Promise.resolve(promise).then(
    (value) => {
      throw new Error(`expected an error, got ${JSON.stringify(value)}`);
    },
    (error) => error,
  );
}

/** A promise that is resolved when the test says so. */
export function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
