import { Writable } from 'node:stream';
import type { Streams } from '../../src/kit/print.ts';

/** Streams in memory. */
export function memoryStreams(isTTY = false) {
  const written: { to: 'stdout' | 'stderr'; text: string }[] = [];
  const stream = (to: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          written.push({ to, text: String(chunk) });
          done();
        },
      }),
      { isTTY },
    ) as unknown as NodeJS.WriteStream;
  const streams: Streams = { stdout: stream('stdout'), stderr: stream('stderr') };
  const text = (of?: 'stdout' | 'stderr') =>
    written
      .filter(({ to }) => of === undefined || to === of)
      .map((each) => each.text)
      .join('');
  return { streams, text };
}
