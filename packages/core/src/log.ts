/**
 * What the running scope adds to a line of a log.
 *
 * @module
 */
import type { Actor } from './scope/actor.ts';
import { store } from './scope/store.ts';
import type { Tenancy } from './tenancy/tenancy.ts';
import type { TenantOption } from './tenancy/tenant-key.ts';

/** The fields of a line: the tenant by the tenancy's word and who acts, or the reason of system work. */
export type LogFields<P extends string> = TenantOption<P> &
  Pick<Actor, 'user' | 'onBehalfOf' | 'requestId'> & {
    /** The actor of system work. */
    readonly system?: string;
    /** The reason of system work. */
    readonly reason?: string;
  };

/**
 * The tenant, the user and the request of the running code, for every line of a log; `{}` outside a scope.
 * In system work it gives its actor and its reason. It never throws, so code that runs on after its scope
 * has ended still says whose it is. A claim that is not verified yet gives no tenant.
 *
 * @returns a new object at each call, which pino changes
 * @example
 * ```ts
 * const log = pino({ mixin: () => logFields(tenancy) });
 * log.info('renamed');   // {"organizationId":"…","user":"…","requestId":"…","msg":"renamed"}
 * ```
 */
export function logFields<T extends string>(tenancy: Tenancy<T>): LogFields<`${T}Id`> {
  const scope = store.getStore();
  if (scope === undefined || scope.setting !== tenancy?.setting) return {} as LogFields<`${T}Id`>;
  // the reason and the actor of system work
  if (scope.kind === 'system') return JSON.parse(scope.actorSetting) as LogFields<`${T}Id`>;
  const { user, onBehalfOf, requestId } = scope.actor ?? {};
  return {
    ...(scope.tenant !== null && { [tenancy.property]: scope.tenant }),
    ...(user !== undefined && { user }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(requestId !== undefined && { requestId }),
  } as LogFields<`${T}Id`>;
}
