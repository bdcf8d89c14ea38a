import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

// AES-256-GCM. What comes out is text: base64 of a format byte, a random nonce, the tag and the ciphertext.
// A nonce must not occur twice under one key: 96 random bits are safe for 2^32 encryptions, which no vault
// of a person reaches before its key is rotated.

const format = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + nonceBytes + tagBytes;

/**
 * What a ciphertext belongs to. It is authenticated and not stored: a ciphertext that is moved elsewhere does
 * not decrypt there.
 */
export type Binding = readonly (string | number)[];

/** Encrypts bytes. Two calls never give the same text. */
export function encrypt(key: KeyObject, plain: Uint8Array, binding: Binding): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(bytesOf(binding));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(format), nonce, cipher.getAuthTag(), body]).toString('base64');
}

/**
 * Decrypts what {@link encrypt} made with the same key and the same binding.
 * @returns undefined for everything else; the reason is not told, because it would help only an attacker
 */
export function decrypt(key: KeyObject, sealed: string, binding: Binding): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  // base64 is read leniently: without this, several texts would stand for one ciphertext
  if (bytes.toString('base64') !== sealed) return undefined;
  if (bytes.length < headBytes || bytes[0] !== format) return undefined;
  const nonce = bytes.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(bytesOf(binding));
  decipher.setAuthTag(bytes.subarray(1 + nonceBytes, headBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** JSON, because parts that are merely joined can be cut elsewhere: `a`, `bc` and `ab`, `c`. */
const bytesOf = (binding: Binding): Buffer => Buffer.from(JSON.stringify(binding));
