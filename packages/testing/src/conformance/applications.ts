import { strict as assert } from 'node:assert';
import type { AdapterHarness, RunningApplication } from './adapter-harness.ts';
import { type Answer, get } from './http-client.ts';

/** Requests one handler, with these headers. */
export type Ask = (
  headers: Readonly<Record<string, string | string[]>>,
  options?: { readonly hangUp: Promise<unknown> },
) => Promise<Answer>;

/**
 * The applications of one suite: one for each timeout, started on first use, because some frameworks take
 * seconds to start. Each handler gets its own path.
 */
export function applications(harness: AdapterHarness) {
  const handlers = new Map<string, () => Promise<unknown>>();
  const running = new Map<number | undefined, Promise<RunningApplication>>();
  const handle = async (name: string) => {
    const handler = handlers.get(name);
    assert.ok(handler, `the application was asked for /${name}, which no test has set up`);
    return handler();
  };
  const start = (timeoutMs: number | undefined) => {
    const started =
      running.get(timeoutMs) ??
      harness.start({ handle, ...(timeoutMs !== undefined && { timeoutMs }) });
    running.set(timeoutMs, started);
    return started;
  };

  return {
    serve(handler: () => Promise<unknown>, timeoutMs?: number): Ask {
      const name = `handler-${handlers.size + 1}`;
      handlers.set(name, handler);
      return async (headers, options) =>
        get(`${(await start(timeoutMs)).url}/${name}`, headers, options);
    },
    async close(): Promise<void> {
      for (const started of running.values()) await (await started).close();
    },
  };
}
