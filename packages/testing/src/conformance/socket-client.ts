import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer, Headers } from './http-client.ts';

/** A WebSocket of RFC 6455 that sends texts and receives one text for each. */
export interface SocketClient {
  ask(text: string): Promise<string>;
  close(): Promise<void>;
}

/** Opens a WebSocket with these headers, which the WebSocket of browsers cannot send. */
export function openSocket(url: string, headers: Headers): Promise<SocketClient | Answer> {
  return new Promise((resolve, reject) => {
    const handshake = request(url, {
      agent: false,
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    handshake.on('error', reject);
    handshake.on('upgrade', (_, socket, head) => resolve(clientOf(socket as Socket, head)));
    handshake.on('response', async (incoming) => {
      let body = '';
      for await (const part of incoming.setEncoding('utf8')) body += part;
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
    });
    handshake.end();
  });
}

function clientOf(socket: Socket, head: Buffer): SocketClient {
  let received = head;
  socket.on('data', (part) => {
    received = Buffer.concat([received, part]);
  });
  socket.on('error', () => {});
  return {
    async ask(text) {
      socket.write(maskedText(text));
      for (;;) {
        const frame = textFrame(received);
        if (frame !== undefined) {
          received = received.subarray(frame.size);
          return frame.text;
        }
        if (socket.readableEnded || socket.destroyed) throw new Error('the socket was closed');
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      }
    },
    async close() {
      if (socket.destroyed) return;
      socket.destroy();
      await once(socket, 'close');
    },
  };
}

/** A text of at most 65,535 bytes in one frame; clients mask theirs. */
function maskedText(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(payload.length);
  return Buffer.concat([
    Buffer.from([0x81, 0x80 | 126]),
    size,
    mask,
    payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
  ]);
}

/** The first frame of what was received, once it is there. */
function textFrame(received: Buffer): { text: string; size: number } | undefined {
  if (received.length < 4) return undefined;
  const short = (received[1] ?? 0) & 0x7f;
  const from = short === 126 ? 4 : 2;
  const size = from + (short === 126 ? received.readUInt16BE(2) : short);
  if (received.length < size) return undefined;
  return { text: received.subarray(from, size).toString(), size };
}
