import { type IncomingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterAll, beforeEach } from 'vitest';
import { type TenantPluginOptions, tenantPlugin } from '../../src/fastify/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { ada, bob, coreDatabase } from '../support/database.ts';
import { failure } from '../support/wait.ts';

export const inAcme = { 'x-organization': 'acme', 'x-user': ada };
export const inGlobex = { 'x-organization': 'globex', 'x-user': bob };

export const options = {
  resolve: header('x-organization', { by: 'slug' }),
  user: (request) => request.headers['x-user'] as string | undefined,
} satisfies TenantPluginOptions;

export type Given = Partial<Omit<TenantPluginOptions, 'access' | 'user'>>;

/** A database, its pool, and applications whose plugin logs to `logged`, which is emptied before each test. */
export async function world() {
  const database = await coreDatabase();
  const pool = database.pool();
  const logged: unknown[] = [];
  const logger = { error: (error: unknown) => logged.push(error) };
  beforeEach(() => {
    logged.length = 0;
  });
  return {
    pool,
    logged,
    loggedCodes: () => logged.map((error) => (error as { code: string }).code),
    logger,
    /** The names of the projects of the tenant. */
    names: async () =>
      (await pool.query<{ name: string }>('select name from projects order by name')).rows.map(
        ({ name }) => name,
      ),
    /** Work that a handler does not wait for; its error. */
    forget: () => failure(pool.query('select pg_sleep(120)')),
    /** An application with the plugin at its root. */
    application(given: Given = {}, server: FastifyServerOptions = {}): FastifyInstance {
      const app = bare(server);
      app.register(tenantPlugin(pool, { ...options, logger, ...given }));
      return app;
    },
  };
}

/** An application without the plugin; closed after the file. */
export function bare(server: FastifyServerOptions = {}): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, ...server });
  afterAll(() => app.close());
  return app;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** False when the connection was cut before the end of the body. */
  readonly complete: boolean;
}

export async function addressOf(app: FastifyInstance): Promise<string> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Asks over HTTP, on a connection of its own. */
export async function ask(
  app: FastifyInstance,
  path: string,
  sending: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const url = (await addressOf(app)) + path;
  const { method = 'GET', headers = inAcme, body } = sending;
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', () => {});
      incoming.on('close', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
          complete: incoming.complete,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const codeOf = ({ body }: { readonly body: string }): unknown => JSON.parse(body).code;
