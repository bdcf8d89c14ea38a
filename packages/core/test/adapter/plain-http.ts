import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConformanceApplication, RunningApplication } from '@tenantry/testing/conformance';
import {
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  type TenantRequest,
  toErrorResponse,
} from '../../src/adapter/index.ts';
import { header } from '../../src/resolvers/index.ts';

/** Reads a request of node:http, as Express and Fastify would. */
export const readIncoming = (incoming: IncomingMessage): TenantRequest => ({
  method: incoming.method ?? 'GET',
  path: incoming.url?.split('?', 1)[0],
  host: incoming.headersDistinct.host,
  header: (name) => incoming.headersDistinct[name],
});

type Serve = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;
type Style = (pool: EntryPool, application: ConformanceApplication) => Serve;

const gateOf = (pool: EntryPool, timeoutMs: number | undefined) =>
  createTenantGate(pool, readIncoming, {
    resolve: header('x-tenant', { by: 'slug' }),
    user: ({ headers }) => headers['x-user'] as string | undefined,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });

/** A handler behind its guards. */
const guarded = ({ handle, guards }: ConformanceApplication) => {
  const check = guards === undefined ? undefined : createGuardCheck(guards);
  return async (incoming: IncomingMessage, response: ServerResponse) => {
    const headers = (await check?.(readIncoming(incoming))) ?? {};
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return handle(nameOf(incoming));
  };
};

/** The style of Fastify and Next.js: the handler gives a result, which is sent when its scope ended. */
export const wrapped: Style = (pool, application) => {
  const gate = gateOf(pool, application.timeoutMs);
  const handle = guarded(application);
  return async (incoming, response) => {
    try {
      await send(response, await gate(incoming, () => handle(incoming, response)));
    } catch (error) {
      answerError(response, error);
    }
  };
};

/** The style of Express: `next()` returns at once, and the handler answers by itself. */
export const callback: Style = (pool, application) => {
  const gate = gateOf(pool, application.timeoutMs);
  const handle = guarded(application);
  return async (incoming, response) => {
    const next = () => {
      handle(incoming, response)
        .then((result) => send(response, result))
        .catch((error) => answerError(response, error));
    };
    const untilClosed = () =>
      new Promise<void>((resolve) => {
        response.once('close', resolve);
        next();
      });
    await gate(incoming, untilClosed).catch((error) => answerError(response, error));
  };
};

/** Starts an application with an adapter in one of the styles. */
export async function listen(serve: Serve): Promise<RunningApplication> {
  const server = createServer((incoming, response) => void serve(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

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

export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return;
  try {
    const { status, headers, body } = toErrorResponse(error);
    response.writeHead(status, headers).end(body);
  } catch (own) {
    response.statusCode = (own as { status?: number }).status ?? 500;
    response.end('the error page of the application');
  }
}
