import { type Placement, sharedPlacement } from '../placement/placement.ts';
import type { Scope } from '../scope/scope.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { InBatch } from './batch.ts';
import type { Executor } from './executor.ts';
import { TenantClient } from './held-client.ts';
import type { OpenServer } from './opener.ts';
import type { ResolvedOptions } from './options.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Server } from './server.ts';

/** A placement that hands out clients. */
export interface ClientPlacement extends Placement<Executor> {
  /** A client for a caller, who holds it. */
  client(executor: Executor, session: PooledSession, scope: Scope): TenantClient;
  /**
   * As {@link Placement.at}, for the statements of a batch: in its own scope, or in that of the one tenant that all
   * of them are about.
   * @throws TenantryError `STATEMENT_REFUSED` for work about several tenants that do not share their tables
   */
  together<T>(
    own: Scope,
    entries: readonly InBatch[],
    use: (executor: Executor, scope: Scope) => Promise<T>,
  ): Promise<T>;
}

/**
 * Opens the connections of a pool whose tenants share their tables: one login, or a second one for system
 * work.
 * @param servers gets the servers
 */
export function openShared(
  { roles }: Tenancy,
  { app, system }: ResolvedOptions,
  open: OpenServer,
  servers: Set<Server>,
): ClientPlacement {
  const ofApp = open(app, system === undefined ? ['app', 'system'] : ['app']);
  const ofSystem = system === undefined ? ofApp : open(system, ['system']);
  servers.add(ofApp.server).add(ofSystem.server);
  const placement = sharedPlacement(ofApp.executor(roles.app), ofSystem.executor(roles.system));
  return {
    ...placement,
    together: (own, _, use) => placement.at(own, (executor) => use(executor, own)),
    client: (...parts) => new TenantClient(...parts),
  };
}
