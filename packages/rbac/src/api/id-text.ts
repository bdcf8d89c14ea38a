const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** An id in letters and digits, for tokens that name their tenant, and keys. */
export const textOfId = (id: string): string => base62(idBytes(id));

/** @throws nothing for any text of letters and digits: whoever uses the id checks it */
export const idOfText = (text: string): string => idOf(bytesOf(text));

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** An id, behind a byte that keeps zeros; a uuid as the number that it is. */
const idBytes = (id: string): Buffer =>
  uuid.test(id)
    ? Buffer.from(`02${id.replaceAll('-', '')}`, 'hex')
    : Buffer.from(`\x01${id}`, 'utf8');

function idOf(bytes: Buffer): string {
  if (bytes[0] !== 2) return bytes.subarray(1).toString('utf8');
  return bytes.toString('hex').replace(/^02(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A number as text, in letters and digits. */
export function base62(bytes: Buffer, length = 0): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; rest > 0n; rest /= 62n) text = digits[Number(rest % 62n)] + text;
  return text.padStart(length, '0');
}

function bytesOf(text: string): Buffer {
  let value = 0n;
  for (const digit of text) value = value * 62n + BigInt(digits.indexOf(digit));
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}
