/** Runs tasks at a time of `performance.now()`, more precisely than a timer's millisecond. */
export interface Scheduler {
  /** Tasks with the same time run in the order they came. */
  at(time: number, task: () => void): void;
  /** The estimated arrival time of the data being read from a socket. */
  arrival(): number;
}

/** How a scheduler waits for a task that is due sooner than a timer can measure. */
export interface Waiting {
  /**
   * The longest sleep of the thread between two polls of the sockets, in milliseconds. 0 never sleeps,
   * which keeps one CPU busy while a task is due but blocks nothing.
   */
  readonly napMs: number;
}

interface Entry {
  readonly time: number;
  readonly task: () => void;
}

/** Node's timers fire up to this much late, in milliseconds. */
const timerLateness = 1.5;
/** How long waking up from a nap takes, in milliseconds. */
const wakeUp = 0.03;

/** A queue of tasks that waits first with a timer and then by polling the clock. */
export function createScheduler({ napMs }: Waiting): Scheduler {
  const queue: Entry[] = [];
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let armed = false;
  let lastNap = 0;

  function arm(): void {
    const next = queue[0];
    if (armed || next === undefined) return;
    armed = true;
    const wait = next.time - performance.now();
    if (wait > timerLateness + 1) setTimeout(tick, Math.floor(wait - timerLateness));
    else setImmediate(tick);
  }

  function tick(): void {
    armed = false;
    runDue();
    nap();
    runDue();
    arm();
  }

  function runDue(): void {
    for (let next = queue[0]; next !== undefined && next.time <= performance.now(); ) {
      queue.shift();
      next.task();
      next = queue[0];
    }
  }

  function nap(): void {
    lastNap = 0;
    const next = queue[0];
    if (napMs === 0 || next === undefined) return;
    const before = performance.now();
    const wait = Math.min(next.time - before - wakeUp, napMs);
    if (wait <= 0) return;
    Atomics.wait(cell, 0, 0, wait);
    // A late wake-up says nothing about the packet.
    lastNap = Math.min(performance.now() - before, napMs);
  }

  return {
    at(time, task) {
      // Almost always the last position, except after a lowered latency.
      let place = queue.length;
      while (place > 0 && (queue[place - 1]?.time ?? 0) > time) place -= 1;
      queue.splice(place, 0, { time, task });
      arm();
    },
    // Data that arrived during a nap arrived in its middle, on average.
    arrival: () => performance.now() - lastNap / 2,
  };
}
