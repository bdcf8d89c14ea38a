import type { Connection } from 'pg';
import type { Prepared } from './prepared.ts';
import type { FieldDescription } from './result.ts';

/** One statement of a flush, as the server's answers for it arrive. */
export interface Step {
  onParsed?(): void;
  onFields?(fields: readonly FieldDescription[]): void;
  onRow(values: readonly (string | null)[]): void;
  onComplete(tag: string): void;
  /** The prepared statement that it runs, if it runs one. */
  readonly prepared?: Prepared | undefined;
  /**
   * Has its prepared statement parsed anew the next time; false when it ran none, or one that the
   * flush of this number has parsed itself.
   */
  forget?(flush: number): boolean;
}

/** A connection of pg as a flush uses it. */
export interface WireConnection extends Connection {
  sendCopyFail(message: string): void;
  sync(): void;
}

/**
 * Several statements before one Sync: one round trip, and outside BEGIN one implicit transaction,
 * in which they all happen or none does. pg calls the `handle…` methods (its contract for custom
 * queries, the one that pg-cursor uses).
 */
export class Flight {
  readonly #bytes: Buffer;
  readonly #steps: readonly Step[];
  readonly #landed: (flight: Flight) => void;
  #at = 0;
  /** How many of the steps the server has bound: it has begun to carry those out. */
  #bound = 0;
  #submitted = false;
  #answered = false;
  error: Error | undefined;

  constructor(bytes: Buffer, steps: readonly Step[], landed: (flight: Flight) => void) {
    this.#bytes = bytes;
    this.#steps = steps;
    this.#landed = landed;
  }

  /** The step that the server is at: after an error, the one that failed. */
  get at(): number {
    return this.#at;
  }

  /** Whether the server got as far as to run the step that it is at: an error before left no trace. */
  get ran(): boolean {
    return this.#bound > this.#at;
  }

  /**
   * Whether the next ReadyForQuery ends this flight: pg may run a query of somebody else first,
   * one that a listener of `connect` sent.
   */
  get answered(): boolean {
    return this.#answered;
  }

  submit(connection: WireConnection): null {
    this.#submitted = true;
    connection.stream.write(this.#bytes);
    return null;
  }

  /** ReadyForQuery, or the end of the connection: nothing more will arrive. */
  land(): void {
    this.#landed(this);
  }

  /** ParseComplete arrives in the order of the steps that parse. */
  handleParseComplete(): void {
    if (this.#submitted) this.#steps[this.#at]?.onParsed?.();
  }

  /** BindComplete: the types and the plan of the step are accepted. */
  handleBindComplete(): void {
    if (this.#submitted) this.#bound++;
  }

  handleRowDescription(message: { fields: FieldDescription[] }): void {
    this.#steps[this.#at]?.onFields?.(message.fields);
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.error !== undefined) return;
    try {
      this.#steps[this.#at]?.onRow(message.fields);
    } catch (error) {
      this.error = error as Error; // a type parser of the caller threw
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.#steps[this.#at++]?.onComplete(message.text);
  }

  handleEmptyQuery(): void {
    this.#steps[this.#at++]?.onComplete('');
  }

  handleError(error: Error): void {
    this.error ??= error;
    this.#answered = true;
  }

  handleReadyForQuery(): void {
    this.#answered = true;
  }

  /** A server that waits for data overlooks the Sync behind COPY; where more follows it gives up. */
  handleCopyInResponse(connection: WireConnection): void {
    if (this.#at < this.#steps.length - 1) return;
    connection.sendCopyFail('COPY FROM STDIN is not supported through the tenant pool');
    connection.sync();
  }

  handlePortalSuspended(): void {}
  handleCopyData(): void {}
}
