import { sql } from 'drizzle-orm';
import type { Hono } from 'hono';
import type pg from 'pg';
import type { Database } from '../database.ts';
import { projects } from '../schema.ts';
import type { SessionEnv } from '../session.ts';

// Handlers as a tired person writes them. The demo mounts them next to the real ones and shows what
// their mistakes cost: nothing of another organization is ever read or written.

const everything = 'select * from projects order by name';

/** Adds the careless handlers to an application. */
export function addCarelessRoutes(app: Hono<SessionEnv>, { db, pool }: Database): void {
  let kept: pg.PoolClient | undefined;

  app.get('/api/careless/no-where', async (c) =>
    c.json(await db.select().from(projects).orderBy(projects.name)),
  );
  app.get('/api/careless/raw-sql', async (c) => c.json((await pool.query(everything)).rows));
  app.get('/api/careless/of-organization/:id', async (c) => {
    const query = 'select * from projects where organization_id = $1';
    return c.json((await pool.query(query, [c.req.param('id')])).rows);
  });

  app.post('/api/careless/whole-body', async (c) =>
    c.json(
      await db
        .insert(projects)
        .values(await c.req.json())
        .returning(),
      201,
    ),
  );
  app.post('/api/careless/describe-all', async (c) => {
    const { rowCount } = await db.update(projects).set({ description: 'described by mistake' });
    return c.json({ changed: rowCount });
  });
  app.post('/api/careless/fail-half-way', async (c) => {
    await db.transaction(async (tx) => {
      await tx.insert(projects).values({ name: 'Half a job' });
      await tx.execute(sql`select 1 / 0`);
    });
    return c.json({ done: true });
  });

  app.post('/api/careless/no-await', async (c) => {
    db.transaction(async (tx) => {
      await tx.insert(projects).values({ name: 'Fired and forgotten' });
      await tx.execute(sql`select pg_sleep(10)`);
    }).catch(() => {});
    return c.json({ done: true }, 202);
  });
  app.post('/api/careless/keep-client', async (c) => {
    kept = await pool.connect();
    const { rows } = await kept.query(everything);
    kept.release();
    return c.json(rows);
  });
  app.get('/api/careless/kept-client', async (c) => c.json((await kept?.query(everything))?.rows));

  // outside of /api no middleware opens a scope
  app.get('/careless/no-scope', async (c) => c.json(await db.select().from(projects)));
}
