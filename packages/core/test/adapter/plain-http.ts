import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ConformanceApplication, RunningApplication } from '@tenantry/testing/conformance';
import {
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  nodeRequest,
  sendProblem,
  sendResponse,
  tenantryErrorOf,
  toFetchRequest,
} from '../../src/adapter/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { type Handshake, listenOnLoopback } from '../support/adapter-server.ts';

type Serve = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;
/** An adapter: how it serves requests and, when it does, WebSockets. */
export type Style = (
  pool: EntryPool,
  application: ConformanceApplication,
) => Serve & { handshake?: Handshake };

export const options = {
  resolve: header('x-tenant', { by: 'slug' }),
  user: ({ headers }: IncomingMessage) => headers['x-user'] as string | undefined,
};

const read = (incoming: IncomingMessage) => nodeRequest(incoming);

export const gateOf = (pool: EntryPool, timeoutMs?: number) =>
  createTenantGate(pool, read, { ...options, ...(timeoutMs !== undefined && { timeoutMs }) });

/** A handler behind its guards. */
const guarded = ({ handle, guards }: ConformanceApplication) => {
  const check = guards === undefined ? undefined : createGuardCheck(guards);
  return async (incoming: IncomingMessage, response: ServerResponse, body: Promise<unknown>) => {
    const headers = (await check?.(read(incoming))) ?? {};
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return handle(nameOf(incoming), await body);
  };
};

/** The style of Fastify and Next.js: the handler gives a result, which is sent when its scope ended. */
export const wrapped: Style = (pool, application) => {
  const gate = gateOf(pool, application.timeoutMs);
  const handle = guarded(application);
  const serve: Serve = async (incoming, response) => {
    try {
      if (await answeredOutside(application, incoming, response)) return;
      const body = await parsed(incoming);
      const run = () => handle(incoming, response, Promise.resolve(body));
      await send(response, await gate(incoming, run));
    } catch (error) {
      answerError(response, error, application);
    }
  };
  return Object.assign(serve, { handshake: handshakeOf(pool) });
};

/** The style of Express: `next()` returns at once, and the handler answers by itself. */
export const callback: Style = (pool, application) => {
  const gate = gateOf(pool, application.timeoutMs);
  const handle = guarded(application);
  const serve: Serve = async (incoming, response) => {
    if (await answeredOutside(application, incoming, response)) return;
    const next = () => {
      handle(incoming, response, parsed(incoming))
        .then((result) => send(response, result))
        .catch((error) => answerError(response, error, application));
    };
    const untilClosed = () =>
      new Promise<void>((resolve) => {
        response.once('close', resolve);
        next();
      });
    await gate(incoming, untilClosed).catch((error) => answerError(response, error, application));
  };
  return Object.assign(serve, { handshake: handshakeOf(pool) });
};

/** The scope of a handshake ends with it; each message opens its own. */
export const handshakeOf = (pool: EntryPool): Handshake => {
  const gate = gateOf(pool);
  return (incoming, response, accept) =>
    gate(incoming, accept).catch((error) => sendProblem(response, error));
};

/** What no tenant is asked for: the webhook, and methods that no handler has. */
export async function answeredOutside(
  { webhook }: ConformanceApplication,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (incoming.method === 'OPTIONS') response.writeHead(204, { allow: 'GET, HEAD, POST' }).end();
  else if (incoming.url === '/webhook') {
    await sendResponse(await webhook(await toFetchRequest(incoming)), response);
  } else return false;
  return true;
}

/** The body, by the parsers of the Fetch API. */
export async function parsed(incoming: IncomingMessage): Promise<unknown> {
  const type = incoming.headers['content-type'];
  if (type === undefined) return undefined;
  const stream = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  const body = new Response(stream as ConstructorParameters<typeof Response>[0], {
    headers: { 'content-type': type },
  });
  if (type.startsWith('application/json')) return body.json();
  const entries = [...(await body.formData())];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : value.size]),
  );
}

/** Starts an application with an adapter in one of the styles. */
export const listen = (
  serve: ReturnType<Style>,
  application?: ConformanceApplication,
): Promise<RunningApplication> =>
  listenOnLoopback(
    (incoming, response) => void serve(incoming, response),
    application,
    serve.handshake,
  );

export const nameOf = (incoming: IncomingMessage): string => incoming.url?.slice(1) ?? '';

export async function send(response: ServerResponse, result: unknown): Promise<void> {
  if (response.headersSent) return;
  if (result === null || typeof result !== 'object' || !(Symbol.asyncIterator in result)) {
    response.end(JSON.stringify(result));
    return;
  }
  for await (const text of result as AsyncIterable<string>) response.write(text);
  response.end();
}

export function answerError(
  response: ServerResponse,
  error: unknown,
  { onError }: Pick<ConformanceApplication, 'onError'> = {},
): void {
  // a cut answer is not taken for a whole one
  if (response.headersSent) response.destroy();
  else if (onError !== undefined) {
    const { status, text } = onError(tenantryErrorOf(error) ?? error);
    response.statusCode = status;
    response.end(text);
  } else if (tenantryErrorOf(error) !== undefined) sendProblem(response, error);
  else {
    response.statusCode = (error as { status?: number }).status ?? 500;
    response.end('the error page of the application');
  }
}
