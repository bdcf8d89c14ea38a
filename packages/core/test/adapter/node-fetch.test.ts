import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { disconnectSignal, sendResponse, toFetchRequest } from '../../src/adapter/index.ts';
import { webhook as ofExpress } from '../../src/express/index.ts';
import { webhook as ofFastify } from '../../src/fastify/index.ts';
import { failure, gate, until } from '../support/wait.ts';

type Serve = (incoming: IncomingMessage, response: ServerResponse) => Promise<unknown>;
let serve: Serve;
const server = createServer((incoming, response) => void serve(incoming, response));
let origin: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Bytes that no text decoder gives back as they were, in a JSON that no parser writes so. */
const bytes = Buffer.concat([
  Buffer.from('{ "a":1.0, "b":"'),
  Buffer.from([0xff, 0xc3]),
  Buffer.from('"}\n'),
]);

/** What `toFetchRequest` makes of a request, with the application's own work before it. */
async function made(
  init: RequestInit,
  options?: Parameters<typeof toFetchRequest>[1],
  before: (incoming: IncomingMessage) => unknown = () => {},
): Promise<Request> {
  let result: Promise<Request> | undefined;
  serve = async (incoming, response) => {
    await before(incoming);
    result = toFetchRequest(incoming, options);
    await result.catch(() => {});
    response.end();
  };
  await (await fetch(`${origin}/hook?x=1`, init)).text();
  return result as Promise<Request>;
}

const read = async (incoming: IncomingMessage) => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
};

describe('toFetchRequest', () => {
  const post = (body: RequestInit['body'], headers: Record<string, string> = {}) =>
    ({ method: 'POST', body, headers, duplex: 'half' }) as RequestInit;

  test('has the method, the address, the headers and the very bytes', async () => {
    const request = await made(post(bytes, { 'stripe-signature': 't=1,v1=ab', 'x-a': 'b' }));
    expect([request.method, request.url]).toEqual(['POST', `${origin}/hook?x=1`]);
    expect(request.headers.get('stripe-signature')).toBe('t=1,v1=ab');
    expect(Buffer.from(await request.arrayBuffer())).toEqual(bytes);
  });

  test('has no body for GET, and an empty one for POST without a body', async () => {
    expect((await made({ method: 'GET' })).body).toBeNull();
    expect(await (await made({ method: 'POST' })).text()).toBe('');
  });

  test('keeps repeated headers, and the address before a router took its mount path off', async () => {
    const request = await made(post('x'), {}, (incoming) => {
      Object.assign(incoming, { originalUrl: '/mounted/hook' });
      incoming.rawHeaders.push('x-two', '1', 'x-two', '2');
    });
    expect([request.url, request.headers.get('x-two')]).toEqual([`${origin}/mounted/hook`, '1, 2']);
  });

  test.each<[string, (incoming: IncomingMessage, body: Buffer) => void]>([
    ['rawBody', (incoming, body) => Object.assign(incoming, { rawBody: body, body: { a: 1 } })],
    ['a Buffer', (incoming, body) => Object.assign(incoming, { body })],
  ])('takes the bytes that a parser has kept as %s', async (_, keep) => {
    const request = await made(post(bytes, { 'content-encoding': 'gzip' }), {}, async (incoming) =>
      keep(incoming, await read(incoming)),
    );
    expect(Buffer.from(await request.arrayBuffer())).toEqual(bytes);
    // what a parser keeps is inflated
    expect(request.headers.get('content-encoding')).toBeNull();
  });

  test('takes the bytes that it is given', async () => {
    let kept: Buffer | undefined;
    serve = async (incoming, response) => {
      kept = await read(incoming);
      const request = await toFetchRequest(incoming, { body: kept });
      response.end(Buffer.from(await request.arrayBuffer()));
    };
    const answer = await fetch(origin, post(bytes));
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  });

  test('takes the text that a runtime has kept as rawBody', async () => {
    const request = await made(post('{"a":1}'), {}, async (incoming) =>
      Object.assign(incoming, { rawBody: String(await read(incoming)) }),
    );
    expect(await request.text()).toBe('{"a":1}');
  });

  test.each([
    ['an object', '{"a":1}'],
    // `JSON.parse` has taken its quotes off, `express.text` has decoded it: not what was signed
    ['a text', '"a"'],
  ])('refuses a body that was read and kept only as %s', async (_, sent) => {
    const error = await failure(
      made(post(sent), {}, async (incoming) =>
        Object.assign(incoming, { body: JSON.parse(String(await read(incoming))) }),
      ),
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', found: expect.stringMatching(/JSON/) });
  });

  test.each<[string, RequestInit]>([
    ['announced', post('x'.repeat(101))],
    ['sent in chunks', post(new Blob(['x'.repeat(101)]).stream())],
  ])('refuses more than maxBytes, %s, and can answer', async (_, init) => {
    const error = await failure(made(init, { maxBytes: 100 }));
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE', status: 413 });
  });

  test('refuses more than maxBytes that a parser has kept', async () => {
    const keep = async (incoming: IncomingMessage) =>
      Object.assign(incoming, { body: await read(incoming) });
    expect(await failure(made(post('xx'), { maxBytes: 1 }, keep))).toMatchObject({ status: 413 });
  });

  test('rejects when the client goes away in the middle of the body', async () => {
    const ended = gate();
    let result: Promise<Request> | undefined;
    serve = async (incoming) => {
      result = toFetchRequest(incoming);
      result.catch(() => {}).finally(ended.resolve);
    };
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    await until(() => result !== undefined, 'the request has begun');
    socket.destroy();
    await ended.promise;
    await expect(result).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('has some address whatever the client has sent', async () => {
    const request = await made(post('x'), {}, (incoming) =>
      Object.assign(incoming, { url: 'http://[', headers: { host: ':::' } }),
    );
    expect(request.url).toBe('http://localhost/');
  });
});

describe('sendResponse', () => {
  const answered = async (
    answer: Response,
    before: (response: ServerResponse) => void = () => {},
  ) => {
    serve = async (_, response) => {
      before(response);
      await sendResponse(answer, response);
    };
    return fetch(origin);
  };

  test('sends status, headers, each cookie, and the body', async () => {
    const headers = new Headers({ 'x-a': 'b' });
    headers.append('set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT');
    headers.append('set-cookie', 'b=2');
    const answer = await answered(new Response('text', { status: 201, headers }), (response) =>
      response.setHeader('set-cookie', 'of-the-session=3'),
    );
    expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([
      201,
      'b',
      'text',
    ]);
    expect(answer.headers.getSetCookie()).toEqual([
      'of-the-session=3',
      'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
      'b=2',
    ]);
  });

  test('sends no body where there is none', async () => {
    const answer = await answered(new Response(null, { status: 204 }));
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  test('cuts the connection when the stream fails', async () => {
    let thrown: unknown;
    serve = async (_, response) => {
      async function* body() {
        yield new TextEncoder().encode('start');
        throw new Error('in the middle');
      }
      const stream = ReadableStream.from(body()) as ReadableStream<Uint8Array>;
      thrown = await failure(sendResponse(new Response(stream), response));
    };
    await expect(fetch(origin).then((answer) => answer.text())).rejects.toThrow('terminated');
    expect(thrown).toMatchObject({ message: 'in the middle' });
  });
});

describe('disconnectSignal', () => {
  test('aborts when the client goes away, and not when the response is complete', async () => {
    const signals: AbortSignal[] = [];
    const closed: Promise<unknown>[] = [];
    serve = async (incoming, response) => {
      signals.push(disconnectSignal(response));
      closed.push(once(response, 'close'));
      await read(incoming);
      if (incoming.url === '/complete') response.end('all');
    };
    await (await fetch(`${origin}/complete`, { method: 'POST', body: 'x' })).text();
    const leaving = new AbortController();
    const left = fetch(`${origin}/left`, { signal: leaving.signal });
    await until(() => signals.length === 2, 'the second request is here');
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    await Promise.all(closed);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  test('has aborted when the client had gone before', async () => {
    let signal: AbortSignal | undefined;
    serve = async (_, response) => {
      response.destroy();
      await once(response, 'close');
      signal = disconnectSignal(response);
    };
    await expect(fetch(origin)).rejects.toThrow();
    await until(() => signal !== undefined, 'the signal was made');
    expect(signal?.aborted).toBe(true);
  });
});

test.each([
  ['no handler', undefined, {}, 'webhook(…) without a handler'],
  ['no number of bytes', async () => new Response(), { maxBytes: Number.NaN }, 'option maxBytes'],
  ['no byte', async () => new Response(), { maxBytes: 0 }, 'option maxBytes'],
])(
  'webhook(…) of an adapter with %s is refused when the application starts',
  (_, handler, options, found) => {
    expect(() => ofExpress(handler as never, options)).toThrow(found);
    expect(() => ofFastify(handler as never, options)).toThrow(found);
  },
);

describe('a method that the Fetch standard forbids', () => {
  const handler = vi.fn(() => new Response('well'));
  const ask = (url: string) =>
    new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }>(
      (resolve, reject) => {
        const sent = send(url, { method: 'TRACE', agent: false }, async (incoming) => {
          const body = (await read(incoming)).toString();
          resolve({ status: incoming.statusCode, headers: incoming.headers, body });
        });
        sent.on('error', reject).end();
      },
    );

  test.each(['TRACE', 'CONNECT'])('is refused: %s', async (method) => {
    const incoming = Object.assign(new IncomingMessage(new Socket()), { method, url: '/' });
    const error = await failure(toFetchRequest(incoming));
    expect(error).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  });

  test('gets a 405 from a webhook of Express on every method, which tells what is allowed', async () => {
    serve = async (incoming, response) => express().use(ofExpress(handler))(incoming, response);
    const { status, headers, body } = await ask(origin);
    expect([status, JSON.parse(body).code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(headers.allow).toContain('POST');
    expect(handler).not.toHaveBeenCalled();
  });

  test('gets the 404 of Fastify, whose webhook is a route for POST', async () => {
    const app = fastify();
    app.register(ofFastify(handler));
    afterAll(() => app.close());
    expect((await ask(await app.listen({ port: 0, host: '127.0.0.1' }))).status).toBe(404);
    expect(handler).not.toHaveBeenCalled();
  });
});
