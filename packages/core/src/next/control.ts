/** How `redirect()` and `notFound()` end a handler: by an error that is an answer. */
const answers = /^(?:NEXT_REDIRECT;|NEXT_HTTP_ERROR_FALLBACK;)/;

const isAnswer = (error: unknown): boolean => {
  const { digest } = (error ?? {}) as { digest?: unknown };
  return error instanceof Error && typeof digest === 'string' && answers.test(digest);
};

/** What a handler came to: a result, or an answer that it threw. */
export type Outcome<R> = { readonly result: R } | { readonly thrown: unknown };

/**
 * Turns a thrown answer into a result. To the scope the handler has then succeeded, so work that it forgot
 * to await is an error and not a redirect to a page of thanks.
 */
export async function outcomeOf<R>(run: () => R | Promise<R>): Promise<Outcome<R>> {
  try {
    return { result: await run() };
  } catch (error) {
    if (isAnswer(error)) return { thrown: error };
    throw error;
  }
}

export function settle<R>(outcome: Outcome<R>): R {
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome.result;
}

/** The error of `notFound()`, whose module differs between components and the rest. */
export function notFoundError(cause: unknown): Error {
  const digest = 'NEXT_HTTP_ERROR_FALLBACK;404';
  return Object.assign(new Error(digest, { cause }), { digest });
}
