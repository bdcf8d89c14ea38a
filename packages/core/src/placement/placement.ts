import type { Scope } from '../scope/scope.ts';

/** What all statements of a place have in common. */
export interface Place {
  /** The role of its statements. */
  readonly role: string;
  /**
   * The schemas in which names without a schema are looked up, in the form of `search_path`; undefined
   * for those of the login. Never with `public` behind a tenant's schema: a missing table would be
   * another one of the same name.
   */
  readonly searchPath: string | undefined;
  /**
   * What decides about a plan besides the text: the role and the path. It is part of the name of a
   * prepared statement, because under one name the server would plan again at each change of place.
   */
  readonly planKey: string;
}

/** Describes a place. */
export const placeOf = (role: string, searchPath?: string): Place =>
  Object.freeze({
    role,
    searchPath,
    planKey: searchPath === undefined ? role : `${role}\0${searchPath}`,
  });

/**
 * Knows where the tables of each tenant live.
 *
 * @typeParam E what runs statements at a place: the connections to a server, and the {@link Place} there
 */
export interface Placement<E> {
  /**
   * What runs the statements of a scope. It is asked for every statement, so it answers at once, with an
   * object that it keeps. The tenant of a scope is null until its claim is verified.
   */
  executorOf(scope: Scope): E;
  /** All that it may answer. */
  readonly executors: readonly E[];
}

/** All tenants share the tables of one database. System work may have a login of its own there. */
export const sharedPlacement = <E>(app: E, system: E): Placement<E> =>
  Object.freeze({
    executorOf: (scope: Scope) => (scope.kind === 'system' ? system : app),
    executors: [app, system],
  });
