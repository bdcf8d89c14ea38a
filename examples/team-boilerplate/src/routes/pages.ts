import { tenantryErrorOf } from '@tenantry/core/adapter';
import { tenantErrors } from '@tenantry/core/express';
import { asc } from 'drizzle-orm';
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { WelcomeState } from '../../ui/state.ts';
import type { Database } from '../database.ts';
import { documentOf } from '../document.tsx';
import { rbac } from '../rbac.ts';
import { organizations, projects, tasks } from '../schema/index.ts';
import type { SignIn } from '../sign-in/session.ts';
import { addressOf, type Way } from '../tenant-from.ts';
import { organizationsOf } from './account.ts';
import { listMembers } from './members.ts';

/** What these routes know besides the database. */
export interface PageOptions extends Database {
  readonly origin: string;
  readonly ways: readonly Way[];
  readonly signIn: SignIn;
  /** Lets requests into their organization, and throws what it refuses. */
  readonly gate: RequestHandler;
}

/** The page of an organization; for who is in none yet, the page to sign in and to choose one. */
export function pageRoutes(options: PageOptions): Router {
  const { db, pool, gate } = options;
  const routes = Router();

  routes.get('/', gate, async (request, response) => {
    const can = rbac.checker();
    const [[organization], projectRows, taskRows] = await pool.batch(() => [
      db.select({ name: organizations.name, slug: organizations.slug }).from(organizations),
      db
        .select({ id: projects.id, name: projects.name })
        .from(projects)
        .orderBy(asc(projects.name)),
      db.select().from(tasks).orderBy(asc(tasks.title)).limit(500),
    ]);
    if (organization === undefined) throw new Error('a scope without its organization');
    const page = documentOf({
      page: 'board',
      base: request.baseUrl,
      organization,
      snapshot: rbac.snapshot(),
      projects: projectRows,
      tasks: taskRows,
      roles: can('members:assign') || can('roles:manage') ? await rbac.roles.list(pool) : [],
      permissions: can('roles:manage') ? rbac.permissions : [],
      members: can('members:assign') ? await listMembers({ db }, { limit: 100 }) : [],
    });
    response.set('cache-control', 'no-store').type('html').send(page);
  });

  routes.use(tenantErrors(), welcome(options));
  return routes;
}

/** What stands in place of the page of an organization, by the code of the refusal. */
const notices: Readonly<Record<string, string | null>> = {
  TENANT_CLAIM_MISSING: null,
  NOT_AUTHENTICATED: null,
  TENANT_NOT_FOUND: 'There is no such organization, or you are not in it.',
};

function welcome({ db, pool, origin, ways, signIn }: PageOptions): ErrorRequestHandler {
  return async (error, request, response, next) => {
    const refusal = tenantryErrorOf(error);
    if (refusal === undefined || !(refusal.code in notices)) {
      next(error);
      return;
    }
    const user = await signIn.userOf(request);
    const mine = user === null ? [] : await organizationsOf({ db, pool }, user.id);
    const state: WelcomeState = {
      page: 'welcome',
      user: user?.name ?? null,
      organizations: mine.flatMap((organization) => {
        const address = addressOf(ways, { origin, organization });
        return address === undefined ? [] : [{ name: organization.name, address }];
      }),
      notice: notices[refusal.code] ?? null,
    };
    const status = refusal.code === 'TENANT_CLAIM_MISSING' ? 200 : refusal.status;
    response.status(status).set('cache-control', 'no-store').type('html').send(documentOf(state));
  };
}
