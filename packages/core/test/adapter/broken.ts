import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import {
  type AdapterHarness,
  adapterConformance,
  type ConformanceApplication,
  type ConformanceWorld,
  type RunningApplication,
} from '@tenantry/testing/conformance';

/**
 * The names of the cases that fail for an adapter.
 * @param only runs only the cases whose name has this text
 */
export async function failures(
  world: ConformanceWorld,
  start: (app: ConformanceApplication) => Promise<RunningApplication>,
  only = '',
  capabilities: Partial<AdapterHarness> = {},
): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = [];
  const ends: (() => Promise<void>)[] = [];
  adapterConformance(
    {
      describe: (_, body) => body(),
      it: (name, body) => name.includes(only) && tests.push([name, body]),
      afterAll: (body) => ends.push(body),
    },
    { name: 'broken', world, answersAfterScope: true, guards: true, ...capabilities, start },
  );
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  for (const end of ends) await end();
  return failed;
}

const inNoScope = AsyncLocalStorage.snapshot();

/** Reads a body in callbacks that know no scope, as those of a socket; what came before a close counts. */
export function inCallbacks(
  incoming: IncomingMessage,
  end: 'end' | 'close',
  then: (body: unknown) => void,
): void {
  let text = '';
  incoming.setEncoding('latin1');
  incoming.on('data', (part) => {
    text += part;
  });
  incoming.on('error', () => {});
  incoming.on(end, () => {
    const isJson = incoming.headers['content-type'] === 'application/json';
    inNoScope(then, isJson && text.endsWith('}') ? JSON.parse(text) : text);
  });
}
