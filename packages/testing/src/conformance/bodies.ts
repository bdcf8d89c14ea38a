import { setTimeout as sleep } from 'node:timers/promises';

/** Sends a body in three parts, with pauses in which other requests run. */
export async function* slowly(body: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  const third = Math.ceil(body.length / 3);
  for (let at = 0; at < body.length; at += third) {
    if (at > 0) await sleep(Math.random() * 10);
    yield body.slice(at, at + third);
  }
}

/** A form with one field `name` and one file `file` of so many bytes. */
export function multipart({ name, file }: { readonly name: string; readonly file: number }) {
  const boundary = 'conformance-7MA4YWxkTrZu0gW';
  const part = (headers: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${headers}\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${part('name="name"')}\r\n${name}\r\n`),
    Buffer.from(
      `${part('name="file"; filename="a.bin"')}Content-Type: application/octet-stream\r\n\r\n`,
    ),
    Buffer.alloc(file, 7),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(body.length),
    },
    body,
  };
}
