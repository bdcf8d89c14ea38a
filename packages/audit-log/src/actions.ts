import type { z } from 'zod';

/** The actions of an application, each with the zod schema of its metadata: an object. */
export type ActionSchemas = Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>>;

/** The entry of `audit.log(tx, action, entry)`, besides the tenant. */
export type EntryOf<S extends z.ZodType, P extends string> = {
  /** The resource: its type, and its id when it has one. */
  readonly resource: readonly [type: string, id?: string | null];
  /** The reason, up to 1,000 characters. A system scope records its own reason. */
  readonly reason?: string;
} & {
  /** The tenant; required in a system scope, and known in a tenant scope. */
  readonly [Key in P]?: string;
} & (Record<never, never> extends z.input<S>
    ? { readonly metadata?: z.input<S> }
    : { readonly metadata: z.input<S> });
