import { Hono } from 'hono';
import type { Database } from '../database.ts';
import { Problem } from '../problems.ts';
import { tenancy } from '../tenancy.ts';

/** Whether the process still takes new work; a shutdown says no first. */
export interface Readiness {
  isDraining(): boolean;
}

/**
 * `/health/live`: the process answers; restart it when it does not. `/health/ready`: it reaches the
 * database and is not shutting down; send it no requests when it does not.
 */
export function healthRoutes({ pool }: Database, { isDraining }: Readiness) {
  const routes = new Hono();
  routes.get('/live', (c) => c.json({ status: 'ok' }));
  routes.get('/ready', async (c) => {
    if (isDraining()) throw new Problem(503, 'SHUTTING_DOWN', 'The server is shutting down');
    await tenancy.asSystem({ reason: 'is the database there', actor: 'health' }, () =>
      pool.query('select 1'),
    );
    return c.json({ status: 'ok' });
  });
  return routes;
}
