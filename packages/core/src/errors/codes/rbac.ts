import type { ErrorEntry } from './entry.ts';

/** Roles, permissions, memberships and invitations. */
export const rbacCodes = {} as const satisfies Record<string, ErrorEntry>;
