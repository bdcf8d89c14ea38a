const blockBytes = 64;
const lengthBytes = 4;

/** Fills a text up to blocks of 64 bytes: the length of a ciphertext would tell that of a password. */
export function pad(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const padded = Buffer.alloc(Math.ceil((lengthBytes + length) / blockBytes) * blockBytes);
  padded.writeUInt32BE(length);
  padded.write(text, lengthBytes);
  return padded;
}

/** The text that {@link pad} was given. */
export function unpad(padded: Buffer): string {
  return padded.toString('utf8', lengthBytes, lengthBytes + padded.readUInt32BE());
}
