import type { ServerResponse } from 'node:http';

/**
 * A signal that aborts when the client disconnects before its response is complete, for the option
 * `cancelOnDisconnect` of an adapter on node:http.
 *
 * `close` of the request does not tell: Node emits it as soon as the body has been read.
 *
 * @example
 * ```ts
 * await gate(incoming, run, { signal: disconnectSignal(response) });
 * ```
 */
export function disconnectSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!response.writableFinished) controller.abort(new Error('The client disconnected.'));
  };
  if (response.closed || response.destroyed) abort();
  else response.once('close', abort);
  return controller.signal;
}
