import { TenantryError } from '@tenantry/core';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import type { Request, RequestHandler, Response } from 'express';
import { type Auth, type AuthOptions, createAuth, type SignedInUser } from './auth.ts';

/** Sign-in as the application uses it. */
export interface SignIn {
  /** Serves sign-up, sign-in and sign-out. It reads bodies itself, so mount it before `express.json()`. */
  readonly routes: RequestHandler;
  /** Who sent a request, by its cookie; null for nobody. */
  userOf(request: Request): Promise<SignedInUser | null>;
}

/** Sign-in below the origin of the application, and at the domains that organizations have. */
export function openSignIn(options: AuthOptions): SignIn {
  const { hostname } = new URL(options.origin);
  const below = createAuth(options, 'below');
  const serveBelow = toNodeHandler(below);
  const serveItself = toNodeHandler(createAuth(options, 'itself'));
  const isBelow = (host: string) => host === hostname || host.endsWith(`.${hostname}`);
  return {
    routes: (request, response) =>
      (isBelow(request.hostname ?? '') ? serveBelow : serveItself)(request, response),
    userOf: async ({ headers }) => (await getSession(below, headers))?.user ?? null,
  };
}

const getSession = (auth: Auth, headers: Request['headers']) =>
  auth.api.getSession({ headers: fromNodeHeaders(headers) });

/** Lets signed-in users through; handlers find them by {@link userIn}. */
export function signedIn({ userOf }: SignIn): RequestHandler {
  return async (request, response, next) => {
    const user = await userOf(request);
    if (user === null) throw new TenantryError('NOT_AUTHENTICATED');
    response.locals.user = user;
    next();
  };
}

/** The user of a request behind {@link signedIn}. */
export const userIn = ({ locals }: Response): SignedInUser => locals.user as SignedInUser;
