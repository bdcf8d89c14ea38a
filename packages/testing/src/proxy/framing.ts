/** Cuts one direction of a connection into PostgreSQL messages without copying their bodies. */
export interface Framer {
  /** Processes received bytes; `onMessage` is called at the last byte of a message. */
  feed(chunk: Buffer): void;
}

/** Reads messages of the form type (1 byte), length (4 bytes, itself included), body. */
export function createFramer(onMessage: (type: string) => void): Framer {
  const header = Buffer.alloc(5);
  let headerLength = 0;
  let bodyLeft = 0;
  let isLost = false;
  return {
    feed(chunk) {
      let offset = 0;
      while (!isLost && offset < chunk.length) {
        if (headerLength < 5) {
          const copied = chunk.copy(header, headerLength, offset, offset + 5 - headerLength);
          headerLength += copied;
          offset += copied;
          if (headerLength < 5) return;
          bodyLeft = header.readUInt32BE(1) - 4;
          // Not PostgreSQL: stop parsing; the bytes are still forwarded.
          isLost = bodyLeft < 0;
          if (isLost) return;
        }
        const skipped = Math.min(bodyLeft, chunk.length - offset);
        bodyLeft -= skipped;
        offset += skipped;
        if (bodyLeft > 0) return;
        headerLength = 0;
        onMessage(String.fromCharCode(header[0] ?? 0));
      }
    },
  };
}

/** The packets before the first message: they have a length and a code but no type. */
export type StartupPacket = 'encryption-request' | 'cancel' | 'startup' | 'foreign';

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;
/** PostgreSQL's own limit. */
const longestStartup = 10_000;

/** Reads one start-up packet from collected bytes; undefined while it is incomplete. */
export function readStartupPacket(
  bytes: Buffer,
): { readonly kind: StartupPacket; readonly rest: Buffer } | undefined {
  if (bytes.length < 8) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length < 8 || length > longestStartup) return { kind: 'foreign', rest: bytes };
  if (bytes.length < length) return undefined;
  const code = bytes.readUInt32BE(4);
  const kind =
    code === sslRequest || code === gssRequest
      ? 'encryption-request'
      : code === cancelRequest
        ? 'cancel'
        : 'startup';
  return { kind, rest: bytes.subarray(length) };
}
