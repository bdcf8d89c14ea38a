import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves an application that needs to know its own address. */
export async function serve(make: (origin: string) => { fetch: Fetch }) {
  let app: { fetch: Fetch } | undefined;
  const server = createAdaptorServer({
    fetch: (request) => app?.fetch(request) ?? new Response(null, { status: 503 }),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  app = make(origin);
  return {
    origin,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

/** A client that keeps cookies, as a browser does. */
export function browser(origin: string) {
  const jar = new Map<string, string>();
  return {
    jar,
    /** Sent with every request. */
    headers: {} as Record<string, string>,
    async send(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(new URL(path, origin), {
        method,
        redirect: 'manual',
        headers: {
          origin,
          ...this.headers,
          ...(cookie !== '' && { cookie }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /max-age=0/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
    },
  };
}

export type Browser = ReturnType<typeof browser>;
