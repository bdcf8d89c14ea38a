import type { ErrorEntry } from './entry.ts';

/** Plans, limits and usage. */
export const planLimitsCodes = {} as const satisfies Record<string, ErrorEntry>;
