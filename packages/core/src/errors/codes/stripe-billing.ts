import type { ErrorEntry } from './entry.ts';

/** Billing. */
export const stripeBillingCodes = {} as const satisfies Record<string, ErrorEntry>;
