/**
 * For authors of packages that keep something for as long as a scope lasts, such as the permissions
 * of whoever acts in it.
 *
 * @module
 */
import type { Tenancy } from '../tenancy.ts';
import type { Actor } from './actor.ts';
import { currentScope } from './current.ts';

/** The scope of the running code, as packages see it. */
export interface RunningScope {
  readonly kind: 'tenant' | 'system';
  /** The tenant's id; null in a system scope, and before the first statement of a lazy entry. */
  readonly tenant: string | null;
  readonly actor: Actor | null;
  /** Throws when the scope has ended, for what is kept outside of it and used later. */
  assertOpen(): void;
  /** What the database said of the member on entry, by the name of the feature; else null. */
  readonly facts: unknown;
  /**
   * The same object for a scope and for those of the same tenant inside of it. A package may keep
   * something in it, under a symbol of its own, that goes with the scope.
   */
  readonly root: { [slot: symbol]: unknown };
}

/**
 * The scope of the running code, without a copy: cheap enough for a check that runs a thousand times
 * a request.
 *
 * @throws TenantryError `TENANT_CONTEXT_MISSING` outside a scope, `TENANT_SCOPE_ENDED` after it.
 * @example
 * ```ts
 * const slot = Symbol('permissions');
 * const permissions = runningScope(tenancy).root[slot] as Set<string> | undefined;
 * ```
 */
export const runningScope = (tenancy: Tenancy): RunningScope =>
  currentScope(tenancy.setting) as unknown as RunningScope;
