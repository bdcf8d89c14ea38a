import type { ServerResponse } from 'node:http';
import type { GatedScope } from '../adapter/index.ts';

type End = ServerResponse['end'];

/**
 * - open: the handlers run
 * - held: a handler has ended the response, and it waits for the scope
 * - failed: an error ends the scope
 * - free: the scope has ended, and nothing was sent yet
 * - sent: whatever is done to the response comes too late
 */
type State = 'open' | 'held' | 'failed' | 'free' | 'sent';

const nothing = () => {};

/** Why the scope of a request ends as failed although no error of a handler is known. */
const unanswerable = Symbol('unanswerable');

/**
 * A response whose end also ends the scope of its request. Where all work is done, which is almost always,
 * the response is sent within the call of `end`, as without this. Otherwise it waits for the scope.
 */
export class HeldResponse {
  readonly response: ServerResponse;
  readonly #end: End;
  #state: State = 'open';
  /** Makes the response what it was when a handler ended it. */
  #restore = nothing;
  #args: Parameters<End> | undefined;
  #onFailure: ((error: unknown) => void) | undefined;
  #resolve = nothing;
  #reject: (error: unknown) => void = nothing;

  constructor(response: ServerResponse) {
    this.response = response;
    this.#end = response.end;
  }

  /** Calls the handlers, and settles when the scope has to end. */
  run(scope: GatedScope, handlers: () => void): Promise<void> {
    const { response } = this;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      // before the handlers: a synchronous one ends the response while they are called
      response.end = ((...args: Parameters<End>) => this.#ended(scope, args)) as End;
      response.on('close', () => this.#closed());
      handlers();
    });
  }

  /** Ends the scope as failed; `then` is called when it has ended. False when it is too late for that. */
  fail(error: unknown, then: (error: unknown) => void): boolean {
    if (this.#state !== 'open') return false;
    this.#state = 'failed';
    this.#restore = freeze(this.response);
    this.#onFailure = then;
    this.#reject(error);
    return true;
  }

  /** The scope has ended well: what was held is sent. */
  release(): void {
    if (this.#state === 'held') this.#sendHeld();
  }

  /**
   * The scope has ended with an error.
   * @param replace sends the error in place of what the handlers have sent or would send
   */
  refuse(error: unknown, replace: (error: unknown) => void): void {
    const state = this.#state;
    if (error === unanswerable) {
      this.#sendHeld();
      return;
    }
    this.#state = 'free';
    this.#restore();
    // middleware behind the gate that wrapped `end` has had its turn
    if (state === 'held') this.response.end = this.#end;
    (this.#onFailure ?? replace)(error);
  }

  #ended(scope: GatedScope, args: Parameters<End>): ServerResponse {
    const { response } = this;
    if (this.#state === 'free') return this.#send(args);
    // a second end of Node would be an error that nobody handles
    if (this.#state !== 'open') return response;
    if (scope.end()) {
      this.#resolve();
      return this.#send(args);
    }
    this.#state = 'held';
    this.#args = args;
    this.#restore = freeze(response);
    // an answer that says that it failed is the answer, whatever else is unfinished
    if (response.statusCode >= 500) this.#reject(unanswerable);
    else this.#resolve();
    return response;
  }

  #send(args: Parameters<End>): ServerResponse {
    this.#state = 'sent';
    return this.#end.apply(this.response, args);
  }

  #sendHeld(): void {
    this.#restore();
    if (this.#args === undefined) this.#state = 'sent';
    else this.#send(this.#args);
  }

  /**
   * Nobody reads the rest of an answer that had begun, and what feeds it may wait for ever. An answer that
   * had not begun is different: its handler finishes its work.
   */
  #closed(): void {
    if (this.#state !== 'open' || !this.response.headersSent) return;
    this.#state = 'failed';
    this.#reject(unanswerable);
  }
}

/** Lets nothing more be sent, and returns a function that makes the response what it was. */
function freeze(response: ServerResponse): () => void {
  const { statusCode, statusMessage, write, writeHead, flushHeaders } = response;
  const headers = Object.entries(response.getHeaders());
  Object.assign(response, {
    write: () => true,
    writeHead: () => response,
    flushHeaders: () => {},
  });
  return () => {
    Object.assign(response, { write, writeHead, flushHeaders });
    if (response.headersSent) return;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, value] of headers) response.setHeader(name, value ?? '');
    Object.assign(response, { statusCode, statusMessage });
  };
}
