import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { check, checkOptions, TenantryError } from '../errors/index.ts';
import { withoutOrigin } from './node-request.ts';

/** How {@link toFetchRequest} reads a request. */
export interface FetchRequestOptions {
  /** The largest body, in bytes. Default: 1048576. */
  readonly maxBytes?: number;
  /** The bytes of the body, where a parser of the framework has read and kept them. Default: none. */
  readonly body?: Uint8Array | string | undefined;
}

/** Answers Fetch requests: the webhook of Stripe, the routes of an auth library. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/**
 * Checks what `webhook(…)` of an adapter was given, when the application starts.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkWebhook(handler: FetchHandler, options: FetchRequestOptions): void {
  checkOptions('webhook', options, { maxBytes: 'number?', body: 'any' });
  const { maxBytes = 1 } = options;
  check(
    typeof handler === 'function',
    'webhook(…) without a handler',
    'Pass a function that answers Fetch requests: webhook(runtime.webhook).',
  );
  check(
    Number.isSafeInteger(maxBytes) && maxBytes > 0,
    'option maxBytes',
    'Use a number of bytes, 1 or more.',
  );
}

/**
 * Makes a Fetch `Request` with the raw body of a request of node:http, for handlers that check a signature
 * over the bytes, such as the webhook of Stripe.
 *
 * A body that a parser has read before is taken from it where the parser kept the bytes: `rawBody`, or a
 * `body` that is a Buffer (`express.raw`). What a JSON parser has left cannot be turned back into the bytes
 * that were signed, so it is refused.
 *
 * @throws TenantryError `METHOD_NOT_ALLOWED` for TRACE and CONNECT, which no Fetch request may have;
 *   `BODY_TOO_LARGE`; `CONFIG_INVALID` for a body that was read and not kept
 * @example
 * ```ts
 * const response = await runtime.webhook(await toFetchRequest(incoming));
 * ```
 */
export async function toFetchRequest(
  incoming: IncomingMessage,
  options: FetchRequestOptions = {},
): Promise<Request> {
  const { maxBytes = 1024 * 1024 } = options;
  const { method = 'GET' } = incoming;
  if (withoutFetch.test(method)) throw notAllowed(method);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const kept = hasBody ? (options.body ?? keptBody(incoming)) : undefined;
  const body = !hasBody || kept !== undefined ? kept : await readBody(incoming, maxBytes);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes !== undefined && bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  const headers = headersOf(incoming);
  if (kept !== undefined) headers.delete('content-encoding'); // parsers keep the inflated bytes
  if (bytes !== undefined) headers.set('content-length', String(bytes.byteLength));
  return new Request(urlOf(incoming), {
    method,
    headers,
    ...(bytes !== undefined && { body: new Uint8Array(bytes) }),
  });
}

/**
 * Sends a Fetch `Response` on a response of node:http. A stream is sent as fast as the client reads it;
 * one that fails cuts the connection, so that nobody takes the part for the whole.
 * @throws the error of the stream
 */
export async function sendResponse(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie') response.setHeader(name, value);
  }
  for (const cookie of answer.headers.getSetCookie()) response.appendHeader('set-cookie', cookie);
  if (answer.body === null) response.end();
  else await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
}

/** The bytes that a parser in front has kept. A text in `body` is what a parser has made of them. */
function keptBody(incoming: IncomingMessage): Uint8Array | undefined {
  const { rawBody, body } = incoming as { rawBody?: unknown; body?: unknown };
  const kept = [typeof rawBody === 'string' ? Buffer.from(rawBody) : rawBody, body].find(
    (each) => each instanceof Uint8Array,
  );
  check(
    kept !== undefined || !incoming.readableDidRead,
    'a request whose body was read before, by a JSON parser perhaps',
    'Mount this handler before the body parser, or let the parser keep the bytes (express.raw, rawBody).',
  );
  return kept;
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  // the answer to what is too large needs the connection, which leaving a plain loop would destroy
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** `new Request` throws a TypeError for these. */
const withoutFetch = /^(?:TRACE|CONNECT|TRACK)$/i;

const notAllowed = (method: string) =>
  new TenantryError('METHOD_NOT_ALLOWED', {
    found: `method ${method}.`,
    headers: { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
  });

const tooLarge = (maxBytes: number) =>
  new TenantryError('BODY_TOO_LARGE', {
    found: `more than ${maxBytes} bytes.`,
    headers: { connection: 'close' },
  });

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = String(rawHeaders[i]);
    if (!name.startsWith(':')) headers.append(name, String(rawHeaders[i + 1]));
  }
  return headers;
}

/**
 * The address that a request names. Its host is that of the header alone: a target that begins with two slashes
 * is a path, and one in absolute form may name any host.
 */
function urlOf(incoming: IncomingMessage): string {
  const { originalUrl, url = '/', headers, socket } = incoming as SentTo;
  const sent = withoutOrigin(originalUrl ?? url);
  const address = new URL(`http://localhost${sent.startsWith('/') ? sent : '/'}`);
  if ('encrypted' in socket) address.protocol = 'https:';
  const host = String(headers.host ?? headers[':authority'] ?? '');
  // the setter takes the beginning of a text that is more than a host, and nothing of one that is none
  if (!/[/?#@\\]/.test(host)) address.host = host;
  return address.href;
}

type SentTo = IncomingMessage & { readonly originalUrl?: string };
