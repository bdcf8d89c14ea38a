import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Manifest, readManifest } from './manifest.ts';

/**
 * Reads the manifest of the folder of an export.
 * @throws TenantryError `EXPORT_INVALID`
 */
export async function openManifest(from: string, tenancy: Tenancy): Promise<Manifest> {
  const text = await readFile(join(from, 'manifest.json'), 'utf8').catch((cause) => {
    throw new TenantryError('EXPORT_INVALID', {
      found: `no manifest.json in ${from}.`,
      fix: 'Name the folder that `npx tenantry tenants export` has made.',
      cause,
    });
  });
  const manifest = readManifest(text);
  if (manifest.tenancy !== tenancy.tenant) {
    throw new TenantryError('EXPORT_INVALID', {
      found: `an export of ${JSON.stringify(manifest.tenancy)} where tenants are called ${tenancy.tenant}.`,
    });
  }
  return manifest;
}
