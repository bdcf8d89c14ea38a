import { createHash } from 'node:crypto';
import type { EntryRecord } from './entry-record.ts';
import { jsonbText, quote } from './json-text.ts';

/** sha256 over pieces, one after the other. */
export const sha256 = (...pieces: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};

const fields = [
  { key: 'actor', tag: 1, text: (entry: EntryRecord) => entry.actorId },
  { key: 'onBehalfOf', tag: 2, text: (entry: EntryRecord) => entry.onBehalfOf },
  { key: 'ip', tag: 3, text: (entry: EntryRecord) => entry.ip },
  {
    key: 'personal',
    tag: 4,
    text: (entry: EntryRecord) => (entry.personal === null ? null : jsonbText(entry.personal)),
  },
] as const;

/** The commitment to a field: to its value, or the one that an erasure left in its place. */
function commitment(
  entry: EntryRecord,
  { key, tag, text }: (typeof fields)[number],
): string | null {
  const value = text(entry);
  const left = entry.erased?.commitments?.[key];
  if (left !== undefined) return value === null ? left : 'a value and a commitment';
  if (value === null) return null;
  const kept = entry.erased?.salts?.[key];
  const own = Buffer.from(entry.salt ?? '', 'hex');
  const part = key === 'personal' ? own.subarray(16) : own.subarray(0, 16);
  const salt = kept === undefined ? sha256(part, Buffer.from([tag])) : Buffer.from(kept, 'hex');
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
 * What the content hash of an entry is taken of: its fields in brackets, texts as JSON strings, the
 * metadata as jsonb prints it, and nothing for null. Personal fields stand in it as salted commitments.
 */
export function contentOf(entry: EntryRecord): string {
  const text = (value: string | null) => (value === null ? '' : quote(value));
  const parts = [
    '1',
    text(entry.tenant),
    text(entry.id),
    microseconds(entry.createdAt),
    text(entry.source),
    text(entry.action),
    text(entry.resourceType),
    text(entry.resourceId),
    jsonbText(entry.metadata),
    text(entry.actorType),
    ...fields.map((field) => commitment(entry, field) ?? ''),
    text(entry.requestId),
    text(entry.reason),
    BigInt(entry.transactionId).toString(),
  ];
  return `[${parts.join(', ')}]`;
}

/** The content hash of an entry, computed without a database; hexadecimal. */
export const contentHash = (entry: EntryRecord): string => sha256(contentOf(entry)).toString('hex');
