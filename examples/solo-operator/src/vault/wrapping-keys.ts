import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { TenantryError } from '@tenantry/core';
import { decrypt, encrypt } from './cipher.ts';
import './errors.ts';

/** A tenant's data key, wrapped: what the table `vault_keys` holds. */
export interface WrappedKey {
  readonly tenant: string;
  readonly version: number;
  /** Which key of `VAULT_KEYS` unwraps it. */
  readonly wrappedBy: string;
  readonly wrappedKey: string;
}

/** The keys of `VAULT_KEYS`, by which data keys are wrapped. They are in no database. */
export interface WrappingKeys {
  /** The id of the key that wraps. */
  readonly current: string;
  /** Makes a data key, wrapped. */
  create(tenant: string, version: number): WrappedKey;
  /**
   * The data key itself.
   * @throws TenantryError `VAULT_KEY_MISSING`, `VAULT_UNREADABLE`
   */
  unwrap(key: WrappedKey): KeyObject;
  /** The same data key, wrapped with the current key. Throws as `unwrap` does. */
  rewrap(key: WrappedKey): WrappedKey;
}

/**
 * Reads `VAULT_KEYS`: keys of 32 bytes in base64, with commas between. The first wraps; the others only
 * unwrap, until all data keys are wrapped anew and they are taken out.
 * @throws TenantryError `VAULT_KEY_INVALID`
 */
export function readWrappingKeys(list: string | undefined): WrappingKeys {
  const keys = new Map((list ?? '').split(',').map((text) => keyOf(text.trim())));
  const [[current, currentKey]] = [...keys] as [[string, KeyObject]];

  const wrap = (tenant: string, version: number, dataKey: Uint8Array): WrappedKey => ({
    tenant,
    version,
    wrappedBy: current,
    wrappedKey: encrypt(currentKey, dataKey, bindingOf(tenant, version, current)),
  });
  const bytesOf = ({ tenant, version, wrappedBy, wrappedKey }: WrappedKey): Buffer => {
    const key = keys.get(wrappedBy);
    if (key === undefined) throw new TenantryError('VAULT_KEY_MISSING');
    const bytes = decrypt(key, wrappedKey, bindingOf(tenant, version, wrappedBy));
    if (bytes === undefined) throw new TenantryError('VAULT_UNREADABLE');
    return bytes;
  };
  return Object.freeze<WrappingKeys>({
    current,
    create: (tenant, version) => wrap(tenant, version, randomBytes(32)),
    unwrap: (key) => createSecretKey(bytesOf(key)),
    rewrap: (key) => wrap(key.tenant, key.version, bytesOf(key)),
  });
}

const bindingOf = (tenant: string, version: number, by: string) =>
  ['vault data key', tenant, version, by] as const;

/** A key with its id, which follows from the key: nobody can give two keys one name. */
function keyOf(text: string): [id: string, key: KeyObject] {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== text) {
    throw new TenantryError('VAULT_KEY_INVALID');
  }
  const id = createHmac('sha256', bytes).update('id of a vault key').digest('hex').slice(0, 16);
  return [id, createSecretKey(bytes)];
}
