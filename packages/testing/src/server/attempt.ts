import type { StartedServer } from './types.ts';

/** The result of one way to start a server: a running server, or the way is unavailable. */
export type Attempt = { readonly started: StartedServer } | { readonly unavailable: string };

/** That way is unavailable on this machine, with the reason. */
export function unavailable(why: string): Attempt {
  return { unavailable: why };
}
