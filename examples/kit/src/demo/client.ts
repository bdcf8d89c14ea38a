import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

/** A request to the application. */
export interface Sending {
  readonly method: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The body as it is, in place of JSON. */
  readonly raw?: string | undefined;
}

/** What the application answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, which the claims look into
  readonly json: any;
}

/** Sends over HTTP, as it is; `fetch` would not let a claim choose its Host header, nor repeat one. */
export function sendTo(port: number, sending: Sending): Promise<Answer> {
  const { method, path, headers, body, raw } = sending;
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const ofPayload = payload !== undefined && {
    'content-type': 'application/json',
    // Node adds none where a method has no body as a rule
    'content-length': Buffer.byteLength(payload),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { ...ofPayload, ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, json: parse(text) });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // a server may refuse a large body, and hang up, before it has been sent
      const isRefused = ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      if (!isRefused || (payload ?? '').length < 1_000_000) return reject(error);
      resolve({ status: 413, headers: {}, text: '', json: undefined });
    });
    sent.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
