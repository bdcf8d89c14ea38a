import { writeFileSync } from 'node:fs';
import { messageOf, TenantryError } from '../errors.ts';
import { listen } from './start.ts';
import type { PostgresProxy, ProxyOptions } from './types.ts';

/** The methods that the parent can call across the process boundary. */
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

/** How often the sockets are polled while data is delayed, in milliseconds. */
const napMs = 0.05;

let proxy: PostgresProxy | undefined;

process.on('message', (call: ProxyCall) => {
  answer(call).then(
    (result) => reply({ id: call.id, result }),
    (error: unknown) => reply({ id: call.id, error: foundIn(error) }),
  );
});
// The parent has ended, for any reason.
process.on('disconnect', () => process.exit(0));

async function answer({ method, argument }: ProxyCall): Promise<unknown> {
  if (method === 'start') {
    sharpenTimers();
    proxy = await listen(argument as ProxyOptions, { napMs });
    return proxy.port;
  }
  return proxy?.[method](argument as number);
}

/** The error text, which the parent wraps in its own error. */
function foundIn(error: unknown): string {
  return (TenantryError.is(error) ? error.found : undefined) ?? messageOf(error);
}

function reply(message: ProxyReply): void {
  process.send?.(message);
}

/** Linux lets a thread sleep 50 µs too long, which is too imprecise for a latency of 500 µs. */
function sharpenTimers(): void {
  try {
    writeFileSync('/proc/self/timerslack_ns', '1');
  } catch {
    // Other systems, or missing rights: slightly less precise.
  }
}
