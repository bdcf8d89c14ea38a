import { TenantryError } from '../../errors/index.ts';
import type { Scope } from '../../scope/scope.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import type { Executor } from '../executor.ts';
import type { Login } from './databases.ts';
import type { ReadPlace } from './read-routes.ts';

/** Where a scope belongs. */
export interface Asked extends Partial<ReadPlace> {
  readonly login: Login;
  /** Whether something ran statements when the place was asked for. */
  readonly asked: (executor: Executor) => boolean;
}

export const loginOf = ({ kind }: Scope): Login => (kind === 'system' ? 'system' : 'app');

/** Whether an error may come from a route or a claim that has changed since it was read. */
export const mayBeOld = (scope: Scope, error: unknown): boolean =>
  TenantryError.is(error, 'TENANT_MOVED') ||
  (scope.kind === 'tenant' &&
    scope.located !== undefined &&
    TenantryError.is(error, 'TENANT_NOT_FOUND'));

export const severalPlaces = ({ tenant, property }: Tenancy, place: string) =>
  new TenantryError('STATEMENT_REFUSED', {
    found: `a batch of work about several places, one of them ${place}`,
    fix: `Send a batch for each ${tenant}: asSystem({ …, place: { ${property} } }, () => pool.batch(…)).`,
  });

export const wrongShared = (here: string) =>
  new TenantryError('PLACE_UNAVAILABLE', {
    found: `the connection of the pool leads to the place ${here}.`,
    fix: 'Connect the pool to the database of the shared tables, which has the catalogue.',
  });
