import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tenancy, TenantPool } from '@tenantry/core';
import type { PlacementConnection } from '@tenantry/core/placement';
import { withConnection } from '../../connect.ts';
import type { AtPlace } from '../at-place.ts';
import { exportFrom } from '../export/export-from.ts';
import { exportTenant } from '../export/export-tenant.ts';
import { type Imported, importTenant } from '../import/import-tenant.ts';

/** What {@link cloneTenant} takes. */
export interface CloneOptions {
  readonly tenancy: Tenancy;
  /** Its id or a unique name. */
  readonly tenant: string;
  /** The id of the copy. */
  readonly as: string;
  /** Other values for columns of the row of the tenant. Default: none. */
  readonly set?: Readonly<Record<string, string | null>>;
  /** Tables that are left out, with their schema. Default: none. */
  readonly without?: readonly string[];
  /** The database of the copy, as the login that migrates it. */
  readonly to: PlacementConnection;
  readonly masked: true | { readonly key: string };
  readonly progress?: (what: string, done?: number) => void;
}

/**
 * Copies a tenant under another id, with masks: an export and an import. What is between them in files of a
 * temporary folder is masked already.
 *
 * @param pool in a system scope
 * @throws TenantryError `PERSONAL_UNMASKED`, and those of an export and an import
 */
export async function cloneTenant(
  pool: TenantPool,
  at: AtPlace,
  { tenancy, tenant, as, set, without, to, masked, progress }: CloneOptions,
): Promise<Imported> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-clone-'));
  const told = progress === undefined ? {} : { progress };
  try {
    const from = join(folder, 'export');
    await exportFrom(pool, at, { tenancy, tenant, to: from, masked, ...told }, exportTenant);
    return await withConnection('the database of the copy', to, (client) =>
      importTenant(client, {
        tenancy,
        from,
        as,
        ...told,
        ...(set && { set }),
        ...(without && { without }),
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
