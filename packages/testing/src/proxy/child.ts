import { writeFileSync } from 'node:fs';
import { messageOf, TenantryError } from '../errors.ts';
import { listen } from './start.ts';
import type { PostgresProxy, ProxyOptions } from './types.ts';

/** What the parent may ask for: every method of a proxy that crosses the process boundary. */
export type ProxyMethod = Exclude<keyof PostgresProxy, 'port' | 'url'>;

/** Parent to child. */
export interface ProxyCall {
  readonly id: number;
  readonly method: ProxyMethod | 'start';
  readonly argument?: ProxyOptions | number;
}

/** Child to parent. */
export interface ProxyReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** The sockets are looked at this often while something is on its way. */
const napMs = 0.05;

let proxy: PostgresProxy | undefined;

process.on('message', (call: ProxyCall) => {
  answer(call).then(
    (result) => reply({ id: call.id, result }),
    (error: unknown) => reply({ id: call.id, error: foundIn(error) }),
  );
});
// The parent is gone, however it ended.
process.on('disconnect', () => process.exit(0));

async function answer({ method, argument }: ProxyCall): Promise<unknown> {
  if (method === 'start') {
    sharpenTimers();
    proxy = await listen(argument as ProxyOptions, { napMs });
    return proxy.port;
  }
  return proxy?.[method](argument as number);
}

/** The parent wraps what was found in an error of its own. */
function foundIn(error: unknown): string {
  return (TenantryError.is(error) ? error.found : undefined) ?? messageOf(error);
}

function reply(message: ProxyReply): void {
  process.send?.(message);
}

/** Linux lets a thread sleep 50 µs longer than it asked; a proxy of 500 µs cannot have that. */
function sharpenTimers(): void {
  try {
    writeFileSync('/proc/self/timerslack_ns', '1');
  } catch {
    // Other systems, or not allowed: a little less precise.
  }
}
