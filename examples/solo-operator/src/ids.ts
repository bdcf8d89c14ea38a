import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const length = 21;

/** A random id of 21 letters and digits, 125 bits: safe in URLs, and nobody guesses the next one. */
export function newId(): string {
  let id = '';
  while (id.length < length) {
    for (const byte of randomBytes(2 * length)) {
      // six bits reach 64 and the alphabet has 62: what is beyond it is drawn again, so none is likelier
      const letter = alphabet[byte & 63];
      if (letter !== undefined && id.length < length) id += letter;
    }
  }
  return id;
}
