import { type IncomingHttpHeaders, request } from 'node:http';
import { ada, bob } from './database.ts';

export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with any Host, which fetch does not allow. */
export function sender(port: number) {
  return (path: string, { method = 'GET', headers = {}, body }: Sending = {}): Promise<Received> =>
    new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, method, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}

export const asAda = { 'x-tenant': 'acme', 'x-user': ada };
export const asBob = { 'x-tenant': 'globex', 'x-user': bob };

/** A body as a browser sends a form. */
export function multipart(fields: Readonly<Record<string, string>>) {
  const boundary = 'a-boundary';
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    body: `${parts.join('')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

/** The id of an action, from the form with that id in a page. */
export function actionId(page: string, form: string): string {
  const found = new RegExp(`<form id="${form}".*?\\$ACTION_ID_([0-9a-f]+)"`).exec(page);
  if (found?.[1] === undefined) throw new Error(`no form ${form} in ${page}`);
  return found[1];
}
