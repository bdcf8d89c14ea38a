import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

/** An application that answers on a port. */
export interface Listening {
  readonly port: number;
  /**
   * Takes no further connection, answers the requests that are under way, and ends idle connections.
   * @param graceMs how long requests may still take before they are cut off. Default: 10,000.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Serves an application that is made when its port is known; rejects with EADDRINUSE when it is taken.
 *
 * @param port 0 for any free port
 * @param host `0.0.0.0` for every interface, as in a container
 */
export async function listen(
  make: (port: number) => Express,
  port: number,
  host = '127.0.0.1',
): Promise<Listening> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  server.on('request', make(bound));
  return {
    port: bound,
    close(graceMs = 10_000) {
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
