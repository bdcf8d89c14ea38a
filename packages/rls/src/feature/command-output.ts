/** Prints what a command has to say. Lines end with a line feed by themselves. */
export interface Print {
  /** A line on stdout; on stderr with `--json`, where stdout is JSON alone. */
  line(text: string): void;
  /** The line `✓ text`. */
  done(text: string): void;
  /** The line `✗ text`. */
  failed(text: string): void;
  /** Rows as a table with their keys as heads; null and undefined are shown as `–`. */
  table(rows: readonly object[]): void;
  /** A line on stderr: for what is not the result. */
  note(text: string): void;
  /** The result: as JSON with `--json`, and otherwise with what `inWords` prints. */
  result(value: unknown, inWords: () => void): void;
}

/**
 * Shows how far long work is: a bar with a total, otherwise a count and its speed. It can be called for
 * every row. The line disappears when something is printed and when the command ends.
 *
 * @param what what is counted, or done: `entries`, `reading the catalogue`
 * @param done how many are done
 * @param total how many there are, or an estimate
 */
export type Progress = (what: string, done?: number, total?: number) => void;
