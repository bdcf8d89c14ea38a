import type { PooledSession } from '../pooled-session.ts';
import { Server } from '../server.ts';

/**
 * How many places a connection serves: schemas of tenants, and the shared tables. A backend keeps what it has
 * learnt of their tables until it ends, 0.3 to 0.4 MB for a schema of 20 tables.
 */
const mostPlaces = 100;

/** Lets a connection that has served many schemas of tenants be closed when it is given back. */
export function retireCrowded(session: PooledSession): void {
  if (session.prepared.byPlan.size >= mostPlaces) session.spent = true;
}

/** The server of the shared tables, which closes a connection that has served many schemas of tenants. */
export class PathServer extends Server {
  override release(session: PooledSession): void {
    retireCrowded(session);
    super.release(session);
  }
}
