import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sharedTenantPool } from '@tenantry/core/next';
import { tenancy } from '../tenancy.ts';
import { buildApp, home } from './build.ts';

/** What is used of Next; its own types would change those of Node for the whole program. */
interface Application {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

/** What the application reads from its environment. */
export interface Environment {
  readonly DATABASE_URL: string;
  readonly DATABASE_URL_SYSTEM: string;
  readonly SESSION_SECRET: string;
  readonly VAULT_KEYS: string;
  readonly STRIPE_API: string;
  readonly STRIPE_SECRET_KEY: string;
  readonly STRIPE_WEBHOOK_SECRETS: string;
}

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Builds the application when it has changed, and serves it in this process.
 * @param port 0 for a free one
 */
export async function serve(environment: Environment, port: number): Promise<Served> {
  await buildApp();
  Object.assign(process.env, environment, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: given } = server.address() as AddressInfo;
  process.env.ORIGIN = `http://127.0.0.1:${given}`;
  const next = createRequire(join(home, 'package.json'))('next') as (
    options: object,
  ) => Application;
  const app = next({ dev: false, dir: home, hostname: '127.0.0.1', port: given });
  await app.prepare();
  const handle = app.getRequestHandler();
  server.on('request', (request, response) => {
    const status = refusalOf(request);
    if (status === undefined) void handle(request, response);
    else response.writeHead(status, { connection: 'close' }).end();
  });
  return {
    port: given,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await app.close();
      // the pool of lib/db.ts: these options give the one of this process
      await sharedTenantPool(tenancy, {
        connectionString: environment.DATABASE_URL,
        system: { connectionString: environment.DATABASE_URL_SYSTEM },
      }).end();
    },
  };
}

const mostBytes = 1_000_000;

/** What Next answers with 500, and is the mistake of the client: a proxy in front of it refuses it too. */
function refusalOf({ url = '/', headers }: IncomingMessage): 400 | 413 | undefined {
  if (Number(headers['content-length'] ?? 0) > mostBytes) return 413;
  try {
    decodeURI(url);
    return undefined;
  } catch {
    return 400;
  }
}
