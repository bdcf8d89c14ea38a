/**
 * For authors of packages that keep data for the lifetime of a scope, such as the permissions of its
 * actor.
 *
 * @module
 */
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { Actor } from './actor.ts';
import { currentScope } from './current.ts';

export { atEachDatabase } from './at-each-database.ts';
export { atPlaceOf } from './at-place-of.ts';
export { type Bringing, bringPerson } from './bring-person.ts';
export { answerOf, type DatabaseAnswer, failureInWords, requireAll } from './database-answers.ts';
export { namedTenant } from './named-tenant.ts';
export { runningPlace } from './running-place.ts';

/** The public view of the running scope, for packages. */
export interface RunningScope {
  readonly kind: 'tenant' | 'system';
  /** The tenant's id; null in a system scope, and before the first statement of a lazy entry. */
  readonly tenant: string | null;
  readonly actor: Actor | null;
  /** Throws when the scope has ended, for objects that are used after it. */
  assertOpen(): void;
  /** The facts that the database returned on entry, by the name of the feature; null when there are none. */
  readonly facts: unknown;
  /**
   * One object shared by a scope and its nested scopes of the same tenant. A package can store data in
   * it, under its own symbol; the data ends with the scope.
   */
  readonly root: { [slot: symbol]: unknown };
}

/**
 * The scope of the running code, without a copy: cheap enough for a check that runs a thousand times per
 * request.
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
