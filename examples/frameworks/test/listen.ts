import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { sendResponse } from '@tenantry/core/adapter';
import type { RunningApplication } from '@tenantry/testing/conformance';

/**
 * Serves a listener of node:http on loopback.
 * @param beside adds what listens to other events of the server. Default: nothing.
 */
export async function listen(
  listener: RequestListener,
  beside?: (server: Server) => void,
): Promise<RunningApplication> {
  const server = createServer(listener);
  beside?.(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Serves a fetch handler, as `Bun.serve({ fetch })` and `Deno.serve(fetch)` do. */
export const listenFetch = (
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<RunningApplication> =>
  listen(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`);
    const headers = new Headers();
    for (const [name, values] of Object.entries(incoming.headersDistinct))
      for (const value of values ?? []) headers.append(name, value);
    const { method = 'GET' } = incoming;
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const body = hasBody ? { body: Readable.toWeb(incoming), duplex: 'half' } : {};
    try {
      const request = new Request(url, { method, headers, ...body } as RequestInit);
      await sendResponse(await fetch(request), response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else {
        response.statusCode = (error as { status?: number }).status ?? 500;
        response.end('the error page of the server');
      }
    }
  });

/** The response to what a handler of the suite gives. */
export function responseOf(result: unknown): Response {
  if (result === null || typeof result !== 'object' || !(Symbol.asyncIterator in result)) {
    return Response.json(result);
  }
  const texts = ReadableStream.from(result as AsyncIterable<string>);
  return new Response(texts.pipeThrough(new TextEncoderStream()));
}

/** The body of a request, as the suite wants it. */
export async function bodyOf(
  request: Pick<Request, 'headers' | 'json' | 'formData'>,
): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (type === null) return undefined;
  if (type.startsWith('application/json')) return request.json();
  return Object.fromEntries(
    [...(await request.formData())].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.size,
    ]),
  );
}
