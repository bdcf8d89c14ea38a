import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Tenancy } from '@tenantry/core';
import { base62, idOfText, textOfId } from '../api/id-text.ts';

const secretBytes = 24;
const secretLength = 33; // of 24 bytes in base 62
const sumLength = 6; // of a CRC32

/** What the text of a key says, without asking anybody. */
export interface ReadApiKey {
  readonly tenant: string;
  /** The id of the key. Anybody could have written it: the hash decides. */
  readonly id: string;
  /** SHA-256 of what is before the id, in hexadecimal: what the database keeps. */
  readonly hash: string;
}

/** What a new key begins with: the prefix, 192 random bits, and the tenant. */
export const newSecret = (prefix: string, tenant: string): string =>
  `${prefix}_${base62(randomBytes(secretBytes), secretLength)}${textOfId(tenant)}`;

/** The text of a key: what it begins with, its id, and a checksum. */
export function textOfKey(secret: string, id: string): string {
  const body = `${secret}_${textOfId(id)}`;
  return body + sumOf(body);
}

/** What the database keeps of a key, in hexadecimal. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const form = new RegExp(`^[0-9A-Za-z]{${secretLength}}([0-9A-Za-z]+)_([0-9A-Za-z]+)$`);
const idForm = /^[!-~]{1,200}$/;

/** Reads a key; undefined for a text that is none, or has a typing error. */
export function readKey(
  prefix: string,
  text: string,
  { parseId }: Pick<Tenancy, 'parseId'>,
): ReadApiKey | undefined {
  if (!text.startsWith(`${prefix}_`) || text.length > 1024) return;
  const body = text.slice(0, -sumLength);
  const [, tenant, id] = form.exec(body.slice(prefix.length + 1)) ?? [];
  if (tenant === undefined || id === undefined || text.slice(-sumLength) !== sumOf(body)) return;
  const key = idOfText(id);
  if (!idForm.test(key)) return;
  try {
    const hash = hashOf(body.slice(0, body.lastIndexOf('_')));
    return { tenant: parseId(idOfText(tenant)), id: key, hash };
  } catch {
    return;
  }
}

const sumOf = (body: string): string =>
  base62(Buffer.from(crc32(body).toString(16).padStart(8, '0'), 'hex'), sumLength);
