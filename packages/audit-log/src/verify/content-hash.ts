import { createHash } from 'node:crypto';
import type { ExportedEntry } from './exported-entry.ts';
import { jsonbText, quote } from './json-text.ts';

/** sha256 over concatenated pieces. */
export const sha256 = (...pieces: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};

const fields = {
  // actor and address together; the id as JSON, so that different pairs have different texts
  actor: {
    salt: 0,
    text: ({ actorId, ip }: ExportedEntry) =>
      `${ip ?? ''} ${actorId === null ? '' : quote(actorId)}`,
    gone: ({ actorId, ip }: ExportedEntry) => actorId === null && ip === null,
  },
  onBehalfOf: {
    salt: 16,
    text: ({ onBehalfOf }: ExportedEntry) => onBehalfOf,
    gone: ({ onBehalfOf }: ExportedEntry) => onBehalfOf === null,
  },
  personal: {
    salt: 32,
    text: ({ personal }: ExportedEntry) => (personal === null ? null : jsonbText(personal)),
    gone: ({ personal }: ExportedEntry) => personal === null,
  },
} as const;

/** The commitment to a field: computed from its value, or stored by an erasure. */
function commitment(entry: ExportedEntry, key: keyof typeof fields): string {
  const { salt: from, text, gone } = fields[key];
  const left = entry.erased?.commitments?.[key];
  if (left !== undefined) return gone(entry) ? left : 'a value and a commitment';
  const value = text(entry);
  if (value === null) return '';
  const kept = entry.erased?.salts?.[key];
  const salt =
    kept === undefined
      ? Buffer.from(entry.salt ?? '', 'hex').subarray(from, from + 16)
      : Buffer.from(kept, 'hex');
  return sha256(salt, value).toString('hex');
}

/** Microseconds since 1970 as text; a Date has only milliseconds. */
export function microseconds(iso: string): string {
  const [, seconds = '', fraction = ''] = /^(.+?)(?:\.(\d{1,6}))?Z$/.exec(iso) ?? [];
  const ms = Date.parse(`${seconds}Z`);
  if (Number.isNaN(ms)) throw new SyntaxError(`no time: ${iso}`);
  return (BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, '0'))).toString();
}

/**
 * The input of the content hash of an entry: its fields in brackets, texts as JSON, the metadata as jsonb
 * prints it. Personal fields are included as salted commitments, or omitted without a value.
 */
export function contentOf(entry: ExportedEntry): string {
  const text = (value: string | null) => (value === null ? 'null' : quote(value));
  const texts = (...values: (string | null)[]) => `[${values.map(text).join(',')}]`;
  const parts = [
    '1',
    quote(entry.tenant),
    quote(entry.id),
    microseconds(entry.createdAt),
    quote(entry.source),
    texts(entry.action, entry.resourceType, entry.resourceId),
    jsonbText(entry.metadata),
    commitment(entry, 'personal'),
    commitment(entry, 'actor'),
    commitment(entry, 'onBehalfOf'),
    texts(entry.actorType, entry.requestId, entry.reason),
    BigInt(entry.transactionId).toString(),
  ];
  return `[${parts.join(', ')}]`;
}

/** The content hash of an entry, computed without a database; hexadecimal. */
export const contentHash = (entry: ExportedEntry): string =>
  sha256(contentOf(entry)).toString('hex');
