/**
 * Rejects with an error that came from a socket, and adds the stack frames of the caller. V8 follows a
 * promise to the `await` behind it, so successful statements need no bookkeeping. Two microtask turns
 * later the promise of this function is linked to the promise of the caller.
 * @param note is called where these frames can be seen
 */
export async function failFor(error: unknown, note?: () => void): Promise<never> {
  await null;
  await null;
  note?.();
  throw withFrames(error);
}

/** Calls `note` where the stack frames of the caller can be seen, as for an error, and then reads. */
export async function noted<T>(note: () => void, read: () => T): Promise<T> {
  await null;
  await null;
  note();
  return read();
}

/** Adds the stack frames of the caller to an error. */
export function withFrames<E>(error: E): E {
  if (error instanceof Error) Error.captureStackTrace(error, withFrames);
  return error;
}
