import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ConformanceApplication, RunningApplication } from '@tenantry/testing/conformance';
import { WebSocketServer } from 'ws';

/** Answers the handshake of a WebSocket: calls `accept` in the scope of the tenant, or refuses it. */
export type Handshake = (
  incoming: IncomingMessage,
  response: ServerResponse,
  accept: () => Promise<void>,
) => Promise<void>;

/** Listens on loopback; with a handshake WebSockets too. */
export async function listenOnLoopback(
  listener: RequestListener,
  application?: ConformanceApplication,
  handshake?: Handshake,
): Promise<RunningApplication> {
  const server = createServer(listener);
  if (application !== undefined && handshake !== undefined) {
    serveSockets(server, application, handshake);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function serveSockets(
  server: Server,
  { connect }: ConformanceApplication,
  handshake: Handshake,
): void {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    // a refusal is an ordinary answer
    const response = new ServerResponse(incoming);
    response.assignSocket(socket);
    response.once('finish', () => socket.end());
    socket.on('error', () => {});
    void handshake(incoming, response, async () => {
      const answer = await connect(incoming.url?.slice(1) ?? '');
      response.detachSocket(socket);
      sockets.handleUpgrade(incoming, socket, head, (open) => {
        open.on('message', async (data) => open.send(JSON.stringify(await answer(String(data)))));
      });
    });
  });
}
