import type { Socket } from 'node:net';
import type { Scheduler } from './scheduler.ts';

/** The state that all directions of a proxy share; it may change while data is delayed. */
export interface Line {
  readonly scheduler: Scheduler;
  /** Delay of one direction, in milliseconds. */
  delayMs: number;
  isPaused: boolean;
}

/** One direction of a connection. */
export interface Pipe {
  /** Delivers due data, after a pause. */
  resume(): void;
}

/** With more delayed bytes, reading from the sender pauses. */
const highWater = 4 * 1024 * 1024;

interface Parcel {
  readonly due: number;
  /** Undefined means the end of the stream. */
  readonly chunk: Buffer | undefined;
}

/** Forwards bytes from one socket to the other in order, with the line's delay. */
export function createPipe(
  line: Line,
  from: Socket,
  to: Socket,
  watch: { onReceive?: (chunk: Buffer) => void; onDeliver?: (chunk: Buffer) => void },
): Pipe {
  const parcels: Parcel[] = [];
  let bytes = 0;

  function receive(chunk: Buffer | undefined): void {
    if (chunk !== undefined) watch.onReceive?.(chunk);
    if (line.delayMs === 0 && parcels.length === 0 && !line.isPaused) {
      deliver(chunk);
      return;
    }
    const due = line.scheduler.arrival() + line.delayMs;
    parcels.push({ due, chunk });
    bytes += chunk?.length ?? 0;
    if (bytes > highWater) from.pause();
    line.scheduler.at(due, deliverDue);
  }

  function deliverDue(): void {
    if (line.isPaused) return;
    const now = performance.now();
    // After the delay was lowered, a due parcel waits for earlier ones.
    for (let parcel = parcels[0]; parcel !== undefined && parcel.due <= now; parcel = parcels[0]) {
      parcels.shift();
      bytes -= parcel.chunk?.length ?? 0;
      deliver(parcel.chunk);
    }
    if (bytes <= highWater && !to.writableNeedDrain) from.resume();
  }

  function deliver(chunk: Buffer | undefined): void {
    if (to.destroyed) return;
    if (chunk === undefined) {
      to.end();
      return;
    }
    watch.onDeliver?.(chunk);
    if (!to.write(chunk)) from.pause();
  }

  from.on('data', receive);
  from.on('end', () => receive(undefined));
  to.on('drain', () => {
    if (bytes <= highWater) from.resume();
  });
  return { resume: deliverDue };
}
