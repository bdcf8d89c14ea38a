import type { KeyObject } from 'node:crypto';
import { TenantryError } from '@tenantry/core';
import { isStorableText } from '@tenantry/core/sql';
import { decrypt, encrypt } from './cipher.ts';
import './errors.ts';
import { pad, unpad } from './padding.ts';

/** Where a secret is kept. It is part of what the encryption authenticates. */
export interface SecretPlace {
  readonly tenant: string;
  readonly item: string;
  /** The version of the tenant's data key. */
  readonly keyVersion: number;
}

const longest = 8000;
const bindingOf = ({ tenant, item, keyVersion }: SecretPlace) =>
  ['vault secret', tenant, item, keyVersion] as const;

/**
 * Encrypts a secret for one row.
 * @throws TenantryError `VAULT_SECRET_INVALID`
 */
export function sealSecret(dataKey: KeyObject, secret: string, place: SecretPlace): string {
  if (!isStorableText(secret) || secret.length < 1 || secret.length > longest) {
    throw new TenantryError('VAULT_SECRET_INVALID');
  }
  return encrypt(dataKey, pad(secret), bindingOf(place));
}

/**
 * Decrypts the secret of one row.
 * @throws TenantryError `VAULT_UNREADABLE` when the ciphertext was changed, or belongs to another row, tenant
 *   or key
 */
export function openSecret(dataKey: KeyObject, sealed: string, place: SecretPlace): string {
  const padded = decrypt(dataKey, sealed, bindingOf(place));
  if (padded === undefined) throw new TenantryError('VAULT_UNREADABLE');
  return unpad(padded);
}
