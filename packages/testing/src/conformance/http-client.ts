import { type ClientRequest, type IncomingHttpHeaders, request as open } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Headers = Readonly<Record<string, string | string[]>>;

/** What is sent besides the headers. */
export interface Sending {
  /** Default: 'GET'. */
  readonly method?: string;
  /** The parts of the body, each of which is sent when it is there. Default: none. */
  readonly body?: AsyncIterable<string | Uint8Array>;
  /** When this promise settles, the client disconnects. */
  readonly hangUp?: Promise<unknown>;
}

/**
 * Sends a request over its own connection; an array repeats the header, which fetch cannot do. Rejects
 * when the answer is not whole.
 */
export function send(url: string, headers: Headers, sending: Sending = {}): Promise<Answer> {
  const { method = 'GET', body = nothing(), hangUp } = sending;
  return new Promise((resolve, reject) => {
    const sent = open(url, { method, headers, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (part: string) => {
        text += part;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode: status = 0, headers: received, complete } = incoming;
        if (complete) resolve({ status, headers: received, body: text });
        else reject(new Error('the answer was cut'));
      });
    });
    sent.on('error', reject);
    write(sent, body).catch(reject);
    hangUp?.then(() => sent.destroy(), reject);
  });
}

async function write(sent: ClientRequest, body: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const part of body) {
    // at once, not with the end of the body
    sent.flushHeaders();
    // goes on when the system has it
    await new Promise((written) => sent.write(part, written));
  }
  sent.end();
}

async function* nothing(): AsyncGenerator<string> {}
