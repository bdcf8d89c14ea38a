import type { PooledSession } from '../pooled-session.ts';
import { Server } from '../server.ts';

/**
 * How many schemas of tenants a connection serves. A backend keeps what it has learnt of their tables, 0.3
 * to 0.4 MB for a schema of 20 tables, until it ends.
 */
const mostPaths = 100;

/** The server of the shared tables, which closes a connection that has served many schemas of tenants. */
export class PathServer extends Server {
  override release(session: PooledSession): void {
    if (session.paths.size >= mostPaths) session.spent = true;
    super.release(session);
  }
}
