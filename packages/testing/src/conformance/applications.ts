import { strict as assert } from 'node:assert';
import type {
  AdapterHarness,
  ConformanceApplication,
  RunningApplication,
} from './adapter-harness.ts';
import { type Answer, type Headers, type Sending, send } from './http-client.ts';

/** Requests one handler, with these headers. */
export type Ask = (headers: Headers, sending?: Sending) => Promise<Answer>;

export type Handler = (body?: unknown) => Promise<unknown>;

/** What is called for a WebSocket, and returns what is called for each message. */
export type Connect = () => Promise<(text: string) => Promise<unknown>>;

/** What an application is started with, besides its handlers. */
export type ApplicationOptions = Omit<ConformanceApplication, 'handle' | 'webhook' | 'connect'>;

/** Puts a handler on a path of its own. */
export type Serve = (handler: Handler, options?: ApplicationOptions) => Ask;

const plain: ApplicationOptions = {};

/**
 * The applications of one suite: one for each set of options, started on first use, because some
 * frameworks take seconds to start. Each handler gets its own path.
 */
export function applications(harness: AdapterHarness) {
  const handlers = new Map<string, Handler>();
  const sockets = new Map<string, Connect>();
  const running = new Map<ApplicationOptions, Promise<RunningApplication>>();
  let webhook: (request: Request) => Promise<Response> = async () => new Response();
  const start = (options: ApplicationOptions) => {
    const started =
      running.get(options) ??
      harness.start({
        handle: async (name, body) => named(handlers, name)(body),
        connect: async (name) => named(sockets, name)(),
        webhook: (request) => webhook(request),
        ...options,
      });
    running.set(options, started);
    return started;
  };

  return {
    serve(handler: Handler, options: ApplicationOptions = plain): Ask {
      const name = `handler-${handlers.size + 1}`;
      handlers.set(name, handler);
      return async (headers, sending) =>
        send(`${(await start(options)).url}/${name}`, headers, sending);
    },
    /** Puts a handler on the path of the webhook. */
    serveWebhook(handler: (request: Request) => Promise<Response>): Ask {
      webhook = handler;
      return async (headers, sending) =>
        send(`${(await start(plain)).url}/webhook`, headers, { method: 'POST', ...sending });
    },
    /** The address of a new path for WebSockets. */
    async serveSocket(connect: Connect): Promise<string> {
      const name = `socket-${sockets.size + 1}`;
      sockets.set(name, connect);
      return `${(await start(plain)).url}/${name}`;
    },
    /** Closes all applications; later requests start new ones. */
    async close(): Promise<void> {
      const open = [...running.values()];
      running.clear();
      for (const started of open) await (await started).close();
    },
  };
}

function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  assert.ok(found, `the application was asked for /${name}, which no test has set up`);
  return found;
}
