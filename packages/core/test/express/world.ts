import express, { type Express, type Request, type Response } from 'express';
import { beforeEach, vi } from 'vitest';
import {
  type ExpressRequest,
  type TenantMiddlewareOptions,
  tenantErrors,
  tenantMiddleware,
} from '../../src/express/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { ada, bob, coreDatabase } from '../support/database.ts';
import { listening } from './application.ts';

export const database = await coreDatabase();
export const pool = database.pool({ max: 4 });
export const names = async () =>
  (await pool.query('select name from projects order by name')).rows.map((row) => row.name);
export const slowly = () => pool.query('select pg_sleep(120)');

export const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
beforeEach(() => {
  logged.mockClear();
});

export const options = {
  resolve: header('x-organization', { by: 'slug' }),
  user: ({ headers }: ExpressRequest) => (headers['x-user'] as string | undefined) ?? null,
} satisfies TenantMiddlewareOptions;
export const asAda = { headers: { 'x-organization': 'acme', 'x-user': ada } };
export const asStranger = { headers: { 'x-organization': 'acme', 'x-user': bob } };
export const adaLines = ['host: x', 'x-organization: acme', `x-user: ${ada}`];
export const bobLines = ['host: x', 'x-organization: globex', `x-user: ${bob}`];

export type Handler = (
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
) => unknown;

/** An application with one handler at `/`, and what was asked of it. */
export async function serving(
  handler: Handler,
  given: Partial<TenantMiddlewareOptions> = {},
  prepare: (app: Express) => void = () => {},
) {
  const app = express();
  app.set('env', 'test'); // its own error handler logs otherwise
  app.use(tenantMiddleware(pool, { ...options, ...given } as TenantMiddlewareOptions));
  prepare(app);
  app.all('/', handler);
  app.use(tenantErrors());
  const { origin, raw } = await listening(app);
  return {
    raw,
    origin,
    ask: (init: RequestInit = {}, path = '/') => fetch(`${origin}${path}`, { ...asAda, ...init }),
  };
}

export const code = async (response: globalThis.Response) =>
  ((await response.json()) as { code: string }).code;
