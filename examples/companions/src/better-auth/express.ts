import { tenantErrors, tenantMiddleware } from '@tenantry/core/express';
import { header } from '@tenantry/core/resolvers';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import express, { type Express } from 'express';
import type { Auth } from './auth.ts';
import type { Database } from './database.ts';
import { projects } from './schema.ts';

/** The application on Express: better-auth's handler reads its bodies itself, so it comes first. */
export function createExpressApp({ db, pool }: Database, auth: Auth): Express {
  const app = express();
  app.all('/api/auth/*path', toNodeHandler(auth));
  app.use(express.json());
  app.use(
    '/app',
    tenantMiddleware(pool, {
      resolve: header('x-organization'),
      user: async ({ headers }) => {
        const session = await auth.api.getSession({ headers: fromNodeHeaders(headers) });
        return session?.user.id;
      },
    }),
  );
  app.get('/app/projects', async (_request, response) => {
    response.json(await db.select().from(projects));
  });
  app.post('/app/projects', async (request, response) => {
    const { name, createdBy } = request.body;
    response.status(201).json(await db.insert(projects).values({ name, createdBy }).returning());
  });
  app.use(tenantErrors());
  return app;
}
