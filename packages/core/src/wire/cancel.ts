import { connect } from 'node:net';
import type { Session } from './session.ts';

const CANCEL_REQUEST = 80877102;
const patienceMs = 2000;

/**
 * Asks the server to cancel the running statement of a session, on a separate connection as the protocol
 * requires. Without it, a statement whose client disconnected would run on and commit. It settles when
 * the server has closed the connection, which it does after sending the signal. Source: PostgreSQL
 * documentation, "Canceling Requests in Progress".
 */
export function cancelRunning({ client }: Session): Promise<void> {
  const { host, port } = client as unknown as { host: string; port: number };
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(client.processID, 8);
  request.writeInt32BE(client.secretKey, 12);
  return new Promise((resolve) => {
    const socket = host.startsWith('/')
      ? connect(`${host}/.s.PGSQL.${port}`)
      : connect({ host, port });
    socket.setTimeout(patienceMs, () => socket.destroy());
    // not end(): a pooler drops the request when the client disconnects before it is forwarded
    socket.on('connect', () => socket.write(request));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.resume();
  });
}
