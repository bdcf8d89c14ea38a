import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Tenancy } from '@tenantry/core';
import { base62, tenantOfText, textOfTenant } from '../api/tenant-text.ts';

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
  const body = secret + textOfTenant(tenant);
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
      tenant: parseId(tenantOfText(body.slice(secretLength))),
      hash: createHash('sha256').update(text).digest('hex'),
      hint: body.slice(0, 4),
    };
  } catch {
    return;
  }
}

const sumOf = (prefix: string, body: string): string =>
  base62(Buffer.from(crc32(`${prefix}_${body}`).toString(16).padStart(8, '0'), 'hex'), sumLength);
