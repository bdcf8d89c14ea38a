import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Express, RequestHandler, Response } from 'express';
import { afterEach } from 'vitest';

/** Sends what a handler of the conformance suite gives. */
export async function sendResult(response: Response, result: unknown): Promise<void> {
  if (result === null || typeof result !== 'object' || !(Symbol.asyncIterator in result)) {
    response.json(result);
    return;
  }
  await pipeline(Readable.from(result as AsyncIterable<string>), response);
}

/** Turns the files of multer into their sizes, beside the texts of the fields. */
export const uploaded: RequestHandler = (request, _response, next) => {
  const files = (request.files ?? []) as { fieldname: string; size: number }[];
  if (files.length > 0) {
    request.body = { ...request.body };
    for (const { fieldname, size } of files) request.body[fieldname] = size;
  }
  next();
};

/** An application that listens until its test is over. */
export interface Listening {
  readonly origin: string;
  /** Sends lines as they are, which no HTTP client would, and reads until the server closes. */
  raw(...lines: string[]): Promise<string>;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

export async function listening(app: Express): Promise<Listening> {
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async raw(...lines) {
      const socket = connect(port, '127.0.0.1');
      socket.write(lines.join('\r\n'));
      let text = '';
      for await (const part of socket.setEncoding('utf8')) text += part;
      return text;
    },
  };
}
