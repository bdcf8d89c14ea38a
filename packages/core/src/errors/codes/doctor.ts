import type { ErrorEntry } from './entry.ts';

/** The command and the proofs of isolation. */
export const doctorCodes = {} as const satisfies Record<string, ErrorEntry>;
