import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { SessionEnv } from './session.ts';

/** An application that answers on a port. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves on a port of this machine, 0 for any; rejects with EADDRINUSE when it is taken. */
export async function listen(app: Hono<SessionEnv>, port: number): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
