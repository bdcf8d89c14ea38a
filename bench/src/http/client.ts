import { connect, type Socket } from 'node:net';

/** A client that costs little beside the server: connections that stay open, one request at a time on each. */
export interface HttpClient {
  /** @throws Error for an answer that is not 200 */
  get(path: string, headers: Readonly<Record<string, string>>): Promise<string>;
  close(): void;
}

/** Opens `connections` connections to a port of loopback. */
export async function openClient(port: number, connections: number): Promise<HttpClient> {
  const all = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const idle = [...all];
  return {
    async get(path, headers) {
      const connection = idle.pop();
      if (connection === undefined) throw new Error('more requests at once than connections');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`;
      const answer = await connection.ask(request);
      idle.push(connection);
      if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`answered: ${answer}`);
      return answer;
    },
    close() {
      for (const { socket } of all) socket.destroy();
    },
  };
}

const lengthOf = /\r\ncontent-length: *(\d+)\r\n/i;
const chunked = /\r\ntransfer-encoding: *chunked\r\n/i;

/** Whether the last byte of an answer has come. */
function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = lengthOf.exec(text)?.[1];
  if (length !== undefined) return text.length >= head + 4 + Number(length);
  if (!chunked.test(text)) throw new Error(`neither content-length nor chunks: ${text}`);
  return text.endsWith('\r\n0\r\n\r\n');
}

/** @returns the whole answer; its body must have no character beyond ASCII. */
async function open(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let text = '';
  let settle: { resolve(answer: string): void; reject(error: Error): void } | undefined;
  const fail = (error: Error) => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server has closed the connection')));
  socket.on('data', (chunk: string) => {
    text += chunk;
    try {
      if (!isWhole(text)) return;
    } catch (error) {
      return fail(error as Error);
    }
    const answer = text;
    text = '';
    settle?.resolve(answer);
  });
  return {
    socket,
    ask: (request: string) =>
      new Promise<string>((resolve, reject) => {
        settle = { resolve, reject };
        if (socket.destroyed) reject(new Error('the server has closed the connection'));
        socket.write(request, 'latin1');
      }),
  };
}
