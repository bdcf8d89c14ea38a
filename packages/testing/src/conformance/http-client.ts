import { type IncomingHttpHeaders, request as send } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Sends GET over its own connection; an array repeats the header, which fetch cannot do.
 *
 * @param options.hangUp When this promise settles, the client disconnects.
 */
export function get(
  url: string,
  headers: Readonly<Record<string, string | string[]>>,
  options: { readonly hangUp?: Promise<unknown> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { headers, agent: false }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (text: string) => {
        body += text;
      });
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
    options.hangUp?.then(() => sent.destroy(), reject);
  });
}
