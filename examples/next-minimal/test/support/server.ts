import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What is used of Next; its own types would change those of Node for the whole program. */
interface Application {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

/** A production server of a built application, in this process: the application shares its globalThis. */
export async function serve(folder: string, env: Readonly<Record<string, string>>) {
  Object.assign(process.env, env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
  const require = createRequire(join(folder, '../../package.json'));
  const next = require('next') as (options: object) => Application;
  const first = createServer();
  const port = await listening(first);
  const app = next({ dev: false, dir: folder, hostname: '127.0.0.1', port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void handle(request, response);
  first.on('request', answer);
  return {
    port,
    /** Another server for the same application, which can be closed alone. */
    async another() {
      const server = createServer(answer);
      const url = `http://127.0.0.1:${await listening(server)}`;
      return { url, close: () => closed(server) };
    },
    async close() {
      first.closeAllConnections();
      await closed(first);
      await app.close();
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));
