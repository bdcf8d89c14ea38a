import type { EventEmitter } from 'node:events';
import type { ContextWriter, Dialect } from '../dialect/dialect.ts';
import { postgres } from '../dialect/postgres/postgres.ts';
import type { Fence } from '../placement/fence.ts';
import { placeOf } from '../placement/placement.ts';
import { leaveScope } from '../scope/bind.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { Connecting } from './connection-options.ts';
import { Executor } from './executor.ts';
import type { FlushSettings } from './flush.ts';
import type { ResolvedOptions } from './options.ts';
import type { PooledSession } from './pooled-session.ts';
import { Server, type ServerParts } from './server.ts';
import type { PoolLogger } from './start-check.ts';

/** A server of a pool. */
export interface OpenedServer {
  readonly server: Server;
  /**
   * Makes what runs statements there, as a role.
   * @param planKey that of the place, see {@link Place}. Default: the role.
   */
  executor(role: string, fence?: Fence, planKey?: string): Executor;
}

/** Opens a server for one login. It connects when it is used first. */
export type OpenServer = (
  login: Connecting,
  serves: readonly ('app' | 'system')[],
  extras?: {
    /** Makes the server. Default: one that stands alone. */
    readonly serverOf?: (...parts: ServerParts) => Server;
    /** The tenancy as the server has it. Default: that of the pool. */
    readonly tenancy?: Tenancy;
    /** What writes its contexts. Default: that of the dialect. */
    readonly context?: ContextWriter;
  },
) => OpenedServer;

const newServer = (...parts: ServerParts) => new Server(...parts);

/**
 * What opens the servers of a pool.
 * @param pool emits the events of the connections
 */
export function opener(
  tenancy: Tenancy,
  options: ResolvedOptions,
  pool: EventEmitter,
  dialect: Dialect = postgres,
): OpenServer {
  const { accept, exempt, logger, maxStatements, maxStatementAgeMs } = options;
  const usual = dialect.contextWriter(tenancy, options.contextSecret);
  const counting = {};
  return ({ config, queryTimeoutMs }, serves, extras = {}) => {
    const { serverOf = newServer, tenancy: of = tenancy, context = usual } = extras;
    const statements = { max: maxStatements, maxAgeMs: maxStatementAgeMs, pooled: false };
    const check = async (session: PooledSession) => {
      // only the first connection needs it, so importing this package does not load it
      const { start } = await import('./start.ts');
      const input = { tenancy: of, serves, accept, exempt, logger };
      await start(session, input, options.witness, counting, settings);
    };
    const setUp = () => pool.listenerCount('connect') > 0;
    const server = serverOf(config, statements, check, setUp);
    forwardEvents(server, pool, logger);
    const settings: FlushSettings = {
      pool,
      dialect,
      context,
      named: maxStatements > 0 && dialect.namesStatements,
      queryTimeoutMs,
      witness: undefined,
    };
    return {
      server,
      executor: (role, fence, planKey) =>
        new Executor(server, placeOf(role, fence, planKey), settings),
    };
  };
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
