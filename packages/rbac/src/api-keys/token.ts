import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Tenancy } from '@tenantry/core';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretBytes = 24;
const secretLength = 33; // of 24 bytes in base 62
const sumLength = 6; // of a CRC32

/** What the text of a key says, without asking anybody. */
export interface ReadApiKey {
  readonly tenant: string;
  /** SHA-256 of the whole text, in hexadecimal: what the database keeps. */
  readonly hash: string;
  readonly hint: string;
}

/** A new key of a tenant: the prefix, 192 random bits, the tenant, and a checksum. */
export function newKey(prefix: string, tenant: string): string {
  const secret = base62(randomBytes(secretBytes), secretLength);
  const body = secret + base62(tenantBytes(tenant));
  return `${prefix}_${body}${sumOf(prefix, body)}`;
}

/** Reads a key; undefined for a text that is none, or has a typing error. */
export function readKey(
  prefix: string,
  text: string,
  { parseId }: Pick<Tenancy, 'parseId'>,
): ReadApiKey | undefined {
  const body = text.slice(prefix.length + 1, -sumLength);
  if (!text.startsWith(`${prefix}_`) || body.length <= secretLength || text.length > 512) return;
  if (!/^[0-9A-Za-z]+$/.test(body) || text.slice(-sumLength) !== sumOf(prefix, body)) return;
  try {
    return {
      tenant: parseId(tenantOf(bytesOf(body.slice(secretLength)))),
      hash: createHash('sha256').update(text).digest('hex'),
      hint: body.slice(0, 4),
    };
  } catch {
    return;
  }
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The id of a tenant, behind a byte that keeps zeros; a uuid as the number that it is. */
const tenantBytes = (tenant: string): Buffer =>
  uuid.test(tenant)
    ? Buffer.from(`02${tenant.replaceAll('-', '')}`, 'hex')
    : Buffer.from(`\x01${tenant}`, 'utf8');

function tenantOf(bytes: Buffer): string {
  if (bytes[0] !== 2) return bytes.subarray(1).toString('utf8');
  return bytes.toString('hex').replace(/^02(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const sumOf = (prefix: string, body: string): string =>
  base62(Buffer.from(crc32(`${prefix}_${body}`).toString(16).padStart(8, '0'), 'hex'), sumLength);

function base62(bytes: Buffer, length = 0): string {
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
