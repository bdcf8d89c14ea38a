import type { Connection } from 'pg';
import type { Prepared } from './prepared.ts';
import type { FieldDescription } from './result.ts';

/** The values of a row, as text. */
export type RowValues = readonly (string | null)[];

/** One statement of a flush; receives the server's responses. */
export interface Step {
  onParsed?(): void;
  onFields?(fields: readonly FieldDescription[]): void;
  onRow(values: RowValues): void;
  onComplete(tag: string): void;
  /** The prepared statement that it runs, if it runs one. */
  readonly prepared?: Prepared | undefined;
  /**
   * Makes the next run parse its prepared statement again; false when it has none, or when this flush has
   * parsed it itself.
   */
  forget?(flush: number): boolean;
}

/** The members of a pg connection that a flush uses. */
export interface WireConnection extends Connection {
  sendCopyFail(message: string): void;
  sync(): void;
}

/**
 * Several statements before one Sync: one round trip, and outside BEGIN one implicit transaction. pg
 * calls the `handle…` methods (its contract for custom queries, which pg-cursor uses too).
 */
export class Flight {
  readonly #bytes: Buffer;
  readonly #steps: readonly Step[];
  readonly #landed: (flight: Flight) => void;
  #at = 0;
  /** The number of steps that the server has bound, and so has begun to execute. */
  #bound = 0;
  #submitted = false;
  #answered = false;
  error: Error | undefined;

  constructor(bytes: Buffer, steps: readonly Step[], landed: (flight: Flight) => void) {
    this.#bytes = bytes;
    this.#steps = steps;
    this.#landed = landed;
  }

  /** The current step of the server; after an error, the failed one. */
  get at(): number {
    return this.#at;
  }

  /** Whether the server has begun to run the current step; an earlier error has no effects. */
  get ran(): boolean {
    return this.#bound > this.#at;
  }

  /**
   * Whether the next ReadyForQuery ends this flight. pg may first run another query, which a listener of
   * `connect` has sent.
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

  /** A server that waits for COPY data ignores the Sync, and fails when more messages follow. */
  handleCopyInResponse(connection: WireConnection): void {
    if (this.#at < this.#steps.length - 1) return;
    connection.sendCopyFail('COPY FROM STDIN is not supported through the tenant pool');
    connection.sync();
  }

  handlePortalSuspended(): void {}
  handleCopyData(): void {}
}
