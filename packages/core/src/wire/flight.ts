import type { Connection } from 'pg';
import type { FieldDescription } from './result.ts';

/** One statement of a flush, as the server's answers for it arrive. */
export interface Step {
  onParsed?(): void;
  onFields?(fields: readonly FieldDescription[]): void;
  onRow(values: readonly (string | null)[]): void;
  onComplete(tag: string): void;
}

/** A connection of pg as a flush uses it. */
export interface WireConnection extends Connection {
  sendCopyFail(message: string): void;
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

  submit(connection: WireConnection): null {
    connection.stream.write(this.#bytes);
    return null;
  }

  /** ReadyForQuery, or the end of the connection: nothing more will arrive. */
  land(): void {
    this.#landed(this);
  }

  /** ParseComplete arrives in the order of the steps that parse. */
  handleParseComplete(): void {
    this.#steps[this.#at]?.onParsed?.();
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
  }

  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail('COPY FROM STDIN is not supported through the tenant pool');
  }

  handleReadyForQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
}
