import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TenantPool } from '@tenantry/core';
import {
  type AdapterOptions,
  createTenantGate,
  errorToAnswer,
  type GateOptions,
  nodeRequest,
  readAdapterOptions,
  sendProblem,
} from '@tenantry/core/adapter';
import { type WebSocket, WebSocketServer } from 'ws';

/** Receives a message of a WebSocket, in a scope of its own. */
export type Receive = (text: string, socket: WebSocket) => Promise<unknown>;

export type SocketOptions = GateOptions<IncomingMessage> &
  Pick<AdapterOptions<IncomingMessage>, 'logger'> & {
    /** Called in the scope of the handshake; returns what receives the messages. */
    readonly open: (incoming: IncomingMessage) => Receive | Promise<Receive>;
  };

/** Serves WebSockets of tenants on a server of node:http, beside Express, Koa or Hono. */
export function serveSockets(server: Server, pool: TenantPool, options: SocketOptions): void {
  const { open } = options;
  const answering = readAdapterOptions(options, { open: 'function' });
  const { logger } = answering;
  const { tenancy } = pool;
  const gate = createTenantGate<IncomingMessage>(
    pool,
    (incoming) => nodeRequest(incoming),
    options,
  );
  const sockets = new WebSocketServer({ noServer: true });

  server.on('upgrade', (incoming: IncomingMessage, connection: Socket, head: Buffer) => {
    // Node listens to the errors of this connection no longer; one without a listener ends the process
    connection.on('error', () => connection.destroy());
    // a refusal is an ordinary answer: 400, 401, 404
    const response = new ServerResponse(incoming);
    response.assignSocket(connection);
    response.once('finish', () => connection.end());

    gate(incoming, async () => {
      const receive = await open(incoming);
      const scope = tenancy.current();
      response.detachSocket(connection);
      sockets.handleUpgrade(incoming, connection, head, (socket) => {
        const fail = (error: unknown) => {
          logger.error(error);
          socket.close(1011);
        };
        socket.on('error', fail);
        socket.on('message', (data) => {
          tenancy.run(scope, () => receive(String(data), socket)).catch(fail);
        });
      });
    }).catch((error: unknown) => {
      const known = errorToAnswer(error, answering);
      if (known !== undefined) return sendProblem(response, known);
      logger.error(error);
      response.writeHead(500).end();
    });
  });
}
