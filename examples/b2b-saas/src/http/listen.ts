import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { SessionEnv } from '../session.ts';

/** An application that answers on a port. */
export interface Listening {
  readonly port: number;
  /** Whether {@link Listening.close} has begun. */
  isDraining(): boolean;
  /**
   * Takes no further connection, answers the requests that are under way, and ends idle connections.
   * @param graceMs how long requests may still take before they are cut off. Default: 10,000.
   */
  close(graceMs?: number): Promise<void>;
}

/** Where the application listens. */
export interface Address {
  /** 0 for any free port. */
  readonly port: number;
  /** `0.0.0.0` for every interface, as in a container. Default: `127.0.0.1`. */
  readonly host?: string;
}

/** Serves an application; rejects with EADDRINUSE when the port is taken. */
export async function listen(
  app: Pick<Hono<SessionEnv>, 'fetch'>,
  { port, host = '127.0.0.1' }: Address,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch });
  if (!('closeIdleConnections' in server)) throw new Error('this server serves HTTP/1.1');
  let isDraining = false;
  server.on('request', (_, response) => {
    // the connection would wait for a next request, and the server for the connection
    if (isDraining) response.setHeader('connection', 'close');
    response.once('close', () => isDraining && server.closeIdleConnections());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    isDraining: () => isDraining,
    close(graceMs = 10_000) {
      isDraining = true;
      const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(cutOff);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}
