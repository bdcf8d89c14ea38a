import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own that answers every packet with itself. */
export async function startEcho(): Promise<{ port: number; stop: () => void }> {
  const file = fileURLToPath(new URL('./fixtures/echo-server.cjs', import.meta.url));
  const child = fork(file, { execArgv: [] });
  const port = await new Promise<number>((resolve) => child.once('message', resolve));
  return { port, stop: () => child.disconnect() };
}

/** Round-trip times in milliseconds, sorted, of connections that each wait for their answer. */
export async function roundTripTimes(
  port: number,
  { connections, forMs }: { connections: number; forMs: number },
): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + forMs;
  const packet = Buffer.alloc(64, 1);
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect({ port, host: '127.0.0.1', noDelay: true });
          let sent = 0;
          const send = () => {
            sent = performance.now();
            socket.write(packet);
          };
          socket.on('connect', send);
          socket.on('data', () => {
            const now = performance.now();
            times.push(now - sent);
            if (now < end) send();
            else socket.destroy();
          });
          socket.on('close', () => resolve());
        }),
    ),
  );
  return times.sort((a, b) => a - b);
}

/** The value below which this share of sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
