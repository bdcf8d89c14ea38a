import type { EventEmitter } from 'node:events';
import type { Dialect } from '../dialect/dialect.ts';
import { postgres } from '../dialect/postgres/postgres.ts';
import { type Placement, placeOf, sharedPlacement } from '../placement/placement.ts';
import { leaveScope } from '../scope/bind.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { Connecting } from './connection-options.ts';
import { Executor } from './executor.ts';
import type { FlushSettings } from './flush.ts';
import type { ResolvedOptions } from './options.ts';
import type { PooledSession } from './pooled-session.ts';
import { Server } from './server.ts';
import type { PoolLogger } from './start-check.ts';

/**
 * Opens the connections of a pool whose tenants share their tables: one login, or a second one for system
 * work.
 * @param pool emits the events of the connections
 */
export function openShared(
  tenancy: Tenancy,
  options: ResolvedOptions,
  pool: EventEmitter,
  dialect: Dialect = postgres,
): Placement<Executor> {
  const { accept, exempt, logger, app, system, maxStatements, maxStatementAgeMs } = options;
  const context = dialect.contextWriter(tenancy, options.contextSecret);
  const counting = {};
  const open = ({ config, queryTimeoutMs }: Connecting, serves: readonly ('app' | 'system')[]) => {
    const statements = { max: maxStatements, maxAgeMs: maxStatementAgeMs, pooled: false };
    const check = async (session: PooledSession) => {
      // only the first connection needs it, so importing this package does not load it
      const { start } = await import('./start.ts');
      const input = { tenancy, serves, accept, exempt, logger };
      settings.witness = await start(session, input, options.witness, counting, dialect);
    };
    const server = new Server(config, statements, check, () => pool.listenerCount('connect') > 0);
    forwardEvents(server, pool, logger);
    const named = maxStatements > 0 && dialect.namesStatements;
    const settings: FlushSettings = {
      pool,
      dialect,
      context,
      named,
      queryTimeoutMs,
      witness: undefined,
    };
    return (role: string) => new Executor(server, placeOf(role), settings);
  };
  const ofApp = open(app, system === undefined ? ['app', 'system'] : ['app']);
  const ofSystem = system === undefined ? ofApp : open(system, ['system']);
  return sharedPlacement(ofApp(tenancy.roles.app), ofSystem(tenancy.roles.system));
}

function forwardEvents(server: Server, pool: EventEmitter, logger: PoolLogger): void {
  for (const event of ['connect', 'acquire', 'remove', 'release'] as const) {
    // listeners belong to no scope, but pg emits in the scope that needed the connection
    server.pool.on(event, (...args: unknown[]) => leaveScope(() => pool.emit(event, ...args)));
  }
  // without a listener, an error of an idle connection would end the process
  server.pool.on('error', (error, client) => {
    if (pool.listenerCount('error') > 0) leaveScope(() => pool.emit('error', error, client));
    else logger.warn(`tenantry: an idle connection was lost: ${error.message}`);
  });
}
