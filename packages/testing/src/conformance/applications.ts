import { strict as assert } from 'node:assert';
import type {
  AdapterHarness,
  ConformanceApplication,
  RunningApplication,
} from './adapter-harness.ts';
import { type Answer, get } from './http-client.ts';

/** Requests one handler, with these headers. */
export type Ask = (
  headers: Readonly<Record<string, string | string[]>>,
  options?: { readonly hangUp: Promise<unknown> },
) => Promise<Answer>;

/** What an application is started with, besides its handlers. */
export type ApplicationOptions = Omit<ConformanceApplication, 'handle'>;

const plain: ApplicationOptions = {};

/**
 * The applications of one suite: one for each set of options, started on first use, because some
 * frameworks take seconds to start. Each handler gets its own path.
 */
export function applications(harness: AdapterHarness) {
  const handlers = new Map<string, () => Promise<unknown>>();
  const running = new Map<ApplicationOptions, Promise<RunningApplication>>();
  const handle = async (name: string) => {
    const handler = handlers.get(name);
    assert.ok(handler, `the application was asked for /${name}, which no test has set up`);
    return handler();
  };
  const start = (options: ApplicationOptions) => {
    const started = running.get(options) ?? harness.start({ handle, ...options });
    running.set(options, started);
    return started;
  };

  return {
    serve(handler: () => Promise<unknown>, options: ApplicationOptions = plain): Ask {
      const name = `handler-${handlers.size + 1}`;
      handlers.set(name, handler);
      return async (headers, sending) =>
        get(`${(await start(options)).url}/${name}`, headers, sending);
    },
    async close(): Promise<void> {
      for (const started of running.values()) await (await started).close();
    },
  };
}
