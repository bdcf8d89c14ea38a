import type { StartedServer } from './types.ts';

/** The result of one way to start a server: it runs, or this machine does not have that way. */
export type Attempt = { readonly started: StartedServer } | { readonly unavailable: string };

/** This machine does not have that way, and why. */
export function unavailable(why: string): Attempt {
  return { unavailable: why };
}
