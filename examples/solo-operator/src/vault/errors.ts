import { defineErrors } from '@tenantry/core/errors';

/** The codes of the vault. None of their messages holds a key, a secret, or a part of one. */
export const vaultErrors = defineErrors('@tenantry/example-solo-operator', {
  VAULT_KEY_INVALID: {
    status: 500,
    title: 'VAULT_KEYS holds no keys that can wrap a data key',
    fix: 'Set VAULT_KEYS to keys of 32 random bytes in base64, with commas between, the newest first: openssl rand -base64 32.',
  },
  VAULT_KEY_MISSING: {
    status: 503,
    title: 'A data key is wrapped with a key that this process does not have',
    fix: 'Add the former key to VAULT_KEYS, behind the new one, until every data key is wrapped anew.',
  },
  VAULT_UNREADABLE: {
    status: 500,
    title: 'A secret of the vault does not decrypt',
    fix: 'Its row was changed by other means than this application, or moved from another row. Restore it from a backup.',
  },
  VAULT_SECRET_INVALID: {
    status: 422,
    title: 'A secret has a form that the vault does not keep',
    fix: 'Enter 1 to 8000 characters.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof vaultErrors, true> {}
}
