/**
 * Fails with an error that came from a socket, with the frames of whoever awaits it. V8 follows a
 * promise to the `await` behind it, so nothing has to be kept for statements that succeed. Two turns
 * later the promise of this function has been tied to that of the caller.
 */
export async function failFor(error: unknown): Promise<never> {
  await null;
  await null;
  throw withFrames(error);
}

/** Gives an error the frames of whoever calls this. */
export function withFrames<E>(error: E): E {
  if (error instanceof Error) Error.captureStackTrace(error, withFrames);
  return error;
}
