import type { Scope, Work } from '../scope/scope.ts';
import type { Session } from '../wire/session.ts';

/** Somebody who waits for a client. */
export interface Waiter extends Work {
  readonly scope: Scope;
  serve(session: Session): void;
  refuse(error: unknown): void;
}
