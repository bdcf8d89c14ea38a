import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { Fence } from './fence.ts';

/** What all statements of a place have in common. */
export interface Place {
  /** The role of its statements. */
  readonly role: string;
  /** What refuses a statement whose tenant has moved away; undefined where tenants do not move. */
  readonly fence: Fence | undefined;
  /**
   * What decides about a plan besides the text: the role and the path. It is part of the name of a
   * prepared statement, because under one name the server would plan again at each change of place.
   */
  readonly planKey: string;
}

/** Describes a place. */
export const placeOf = (role: string, fence?: Fence, planKey = role): Place =>
  Object.freeze({ role, fence, planKey });

/**
 * Knows where the tables of each tenant live.
 *
 * @typeParam E what runs statements at a place: the connections to a server, and the {@link Place} there
 */
export interface Placement<E> {
  /**
   * Calls `use` with what runs the statements of a scope, at once where that is known. The tenant of a
   * scope is null until its claim is verified. It is called again when the tenant has moved meanwhile:
   * then nothing of it has happened.
   */
  at<T>(scope: Scope, use: (executor: E) => Promise<T>): Promise<T>;
  /** All that it uses now. */
  readonly executors: readonly E[];
}

/** All tenants share the tables of one database. System work may have a login of its own there. */
export const sharedPlacement = <E>(app: E, system: E): Placement<E> =>
  Object.freeze({
    at: <T>(scope: Scope, use: (executor: E) => Promise<T>) =>
      typeof scope.place !== 'string'
        ? use(scope.kind === 'system' ? system : app)
        : Promise.reject(withoutPlaces(scope.place)),
    executors: [app, system],
  });

const withoutPlaces = (place: string) =>
  new TenantryError('CONFIG_INVALID', {
    found: `the place ${place}, and a pool without placements.`,
    fix: 'Pass placements to it.',
  });
