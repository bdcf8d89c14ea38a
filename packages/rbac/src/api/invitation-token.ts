import { randomBytes } from 'node:crypto';
import type { Tenancy } from '@tenantry/core';
import { idOfText, textOfId } from './id-text.ts';

const secretLength = 43; // of 32 bytes in base64url
const form = /^[A-Za-z0-9_-]{43}[0-9A-Za-z]{1,400}$/;

/** A token of an invitation: 256 random bits, and the tenant, which may live in a place of its own. */
export const newToken = (tenant: string): string =>
  randomBytes(32).toString('base64url') + textOfId(tenant);

/** The tenant that a token names; undefined for a text that is no token. The secret decides the rest. */
export function tenantOfToken(
  token: unknown,
  { parseId }: Pick<Tenancy, 'parseId'>,
): string | undefined {
  if (typeof token !== 'string' || !form.test(token)) return undefined;
  try {
    return parseId(idOfText(token.slice(secretLength)));
  } catch {
    return undefined;
  }
}
