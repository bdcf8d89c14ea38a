import type { z } from 'zod';

/** The actions of an application, each with the zod schema of its metadata: an object. */
export type ActionSchemas = Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>>;

/** What `audit.log(tx, action, entry)` takes for an action, beside the tenant. */
export type EntryOf<S extends z.ZodType, P extends string> = {
  /** What it happened to: its type, and its id where it has one. */
  readonly resource: readonly [type: string, id?: string | null];
  /** Why, where somebody gave a reason: up to 1,000 characters. A system scope records its own. */
  readonly reason?: string;
} & {
  /** The tenant, in a system scope; in a tenant's scope it is known. */
  readonly [Key in P]?: string;
} & (Record<never, never> extends z.input<S>
    ? { readonly metadata?: z.input<S> }
    : { readonly metadata: z.input<S> });
