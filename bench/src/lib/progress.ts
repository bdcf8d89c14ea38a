/** Says on stderr what is being measured and how long it will still take. */
export interface Progress {
  /** Begins the next of `total` steps. */
  step(what: string): void;
  /** Something that is not one of the steps. */
  note(what: string): void;
}

/** One line a step: `[ 3/20] point, +1 ms, 8 at once — 12 s, about 40 s left`. */
export function createProgress(total: number, write: (line: string) => void): Progress {
  const began = performance.now();
  let done = -1;
  return {
    step(what) {
      done++;
      const seconds = (performance.now() - began) / 1000;
      const left =
        done === 0 ? '' : `, about ${Math.round((seconds / done) * (total - done))} s left`;
      const place = `${done + 1}`.padStart(`${total}`.length);
      write(`[${place}/${total}] ${what} (${Math.round(seconds)} s${left})\n`);
    },
    note: (what) => write(`${what}\n`),
  };
}
