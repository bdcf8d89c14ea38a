import type { Socket } from 'node:net';
import type pg from 'pg';
import { failedAt } from './failure.ts';

/** The part of pg's connection that COPY needs; its types do not have it. */
interface Connection {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** Chunks of rows are joined to about this many bytes. */
const chunkBytes = 64 * 1024;

/** A statement that pg runs in its queue; the methods are those that `pg.Client` calls. */
abstract class CopyStatement {
  readonly done: Promise<void>;
  protected connection!: Connection;
  readonly #text: string;
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  constructor(text: string) {
    this.#text = text;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => {}); // whoever waits for it gets the error
  }

  submit(connection: Connection): void {
    this.connection = connection;
    connection.query(this.#text);
  }

  /** pg calls nothing else after it. */
  handleError(error: Error): void {
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

class CopyIn extends CopyStatement {
  #open!: () => void;
  readonly ready = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  handleCopyInResponse(): void {
    this.#open();
  }

  /** @returns whether the socket has room for more */
  write(chunk: Buffer): boolean {
    this.connection.sendCopyFromChunk(chunk);
    return !this.connection.stream.writableNeedDrain;
  }

  /** Calls `then` once, when the socket has room again or is gone. */
  drained(then: () => void): void {
    const { stream } = this.connection;
    const done = () => {
      stream.off('drain', done).off('close', done);
      then();
    };
    stream.on('drain', done).on('close', done);
  }

  end(): void {
    this.connection.endCopyFrom();
  }

  fail(): void {
    this.connection.sendCopyFail('the other end of the copy has failed');
  }
}

class CopyOut extends CopyStatement {
  readonly #to: CopyIn;
  readonly #copied: (rows: number) => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(text: string, to: CopyIn, copied: (rows: number) => void) {
    super(text);
    this.#to = to;
    this.#copied = copied;
  }

  /** One row. The buffer of the socket is used again, so the bytes are copied by the join. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#parts.push(Buffer.from(chunk));
    this.#bytes += chunk.length;
    if (this.#bytes >= chunkBytes) this.flush();
  }

  flush(): void {
    if (this.#parts.length === 0) return;
    this.#copied(this.#parts.length);
    const hasRoom = this.#to.write(Buffer.concat(this.#parts));
    this.#parts = [];
    this.#bytes = 0;
    if (hasRoom) return;
    const { stream } = this.connection;
    stream.pause();
    this.#to.drained(() => stream.resume());
  }
}

/** pg's types know no connection that copies. */
const asStatement = (copy: CopyStatement) => copy as unknown as pg.Submittable;

/** A statement, and what its database is called in messages. */
export interface CopyEnd {
  readonly client: pg.Client;
  readonly title: string;
  readonly text: string;
}

/**
 * Copies the rows of a COPY … TO STDOUT into a COPY … FROM STDIN on another connection, in memory for a few
 * chunks only: the reader is paused while the writer's socket is full.
 */
export async function copyBetween(
  from: CopyEnd,
  to: CopyEnd,
  copied: (rows: number) => void,
): Promise<void> {
  const writing = new CopyIn(to.text);
  to.client.query(asStatement(writing));
  await Promise.race([writing.ready, writing.done]).catch(failedAt(to.title));
  const reading = new CopyOut(from.text, writing, copied);
  from.client.query(asStatement(reading));
  // a writer that has failed cannot tell the reader, whose rows are then thrown away
  const failed = await reading.done.then(
    () => undefined,
    (error: Error) => error,
  );
  if (failed === undefined) {
    reading.flush();
    writing.end();
  } else writing.fail();
  const refused = await writing.done.then(
    () => undefined,
    (error: Error) => error,
  );
  if (failed !== undefined) failedAt(from.title)(failed);
  if (refused !== undefined) failedAt(to.title)(refused);
}
