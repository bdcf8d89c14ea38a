import type { ErrorEntry } from './entry.ts';

/** The audit log. */
export const auditLogCodes = {} as const satisfies Record<string, ErrorEntry>;
