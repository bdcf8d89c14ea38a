import type { TenantOption } from '@tenantry/core';
import type { z } from 'zod';

/** The actions of an application, each with the zod schema of its metadata: an object. */
export type AuditActions = Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>>;

/**
 * The entry of `audit.log(tx, action, entry)`. The tenant is required in a system scope, and known in a
 * tenant scope.
 */
export type NewAuditEntry<S extends z.ZodType, P extends string> = TenantOption<P> & {
  /** The resource: its type, and its id when it has one. */
  readonly resource: readonly [type: string, id?: string | null];
  /** The reason, up to 1,000 characters. A system scope records its own reason. */
  readonly reason?: string;
} & (Record<never, never> extends z.input<S>
    ? { readonly metadata?: z.input<S> }
    : { readonly metadata: z.input<S> });
