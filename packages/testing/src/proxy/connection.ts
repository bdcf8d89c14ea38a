import { connect, type Socket } from 'node:net';
import { createObserver, type Observer } from './observer.ts';
import { createPipe, type Line } from './pipe.ts';
import type { ConnectionTraffic, ProxyTarget } from './types.ts';

/** One client and the connection to the server that was opened for it. */
export interface Connection {
  readonly isOpen: () => boolean;
  readonly observer: Observer;
  traffic(): ConnectionTraffic;
  resume(): void;
  /** Resets both sides. */
  destroy(): void;
}

/** Opens the other half of an accepted connection and forwards bytes both ways. */
export function createConnection(
  id: number,
  client: Socket,
  target: ProxyTarget,
  line: Line,
): Connection {
  const server = connect({ host: target.host, port: target.port, allowHalfOpen: true });
  const observer = createObserver();
  let open = true;
  for (const socket of [client, server]) {
    socket.setNoDelay(true);
    socket.on('error', destroy);
    socket.on('close', () => {
      open = false;
    });
  }
  const toServer = createPipe(line, client, server, { onReceive: observer.clientSent });
  const toClient = createPipe(line, server, client, { onDeliver: observer.serverAnswered });

  function destroy(): void {
    open = false;
    if (!client.destroyed) client.resetAndDestroy();
    // A socket that is still connecting cannot be reset.
    if (!server.destroyed) server.connecting ? server.destroy() : server.resetAndDestroy();
  }

  return {
    isOpen: () => open,
    observer,
    traffic: () => ({ id, isOpen: open, ...observer.traffic() }),
    resume() {
      toServer.resume();
      toClient.resume();
    },
    destroy,
  };
}
