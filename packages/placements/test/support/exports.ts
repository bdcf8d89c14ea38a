import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withClient } from '@tenantry/testing/schema';
import { afterAll } from 'vitest';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { type ImportOptions, importTenant } from '../../src/lifecycle/import/import-tenant.ts';
import { acme, tenancy } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A folder that is not there yet. */
export const fresh = () => join(folder, `export-${++count}`);
/** What is in the folder of all exports. */
export const left = () => readdirSync(folder);

export const exported = async (url: string, to = fresh()) => {
  const manifest = await withClient(url, (client) =>
    exportTenant(client, { tenancy, tenant: acme, to }),
  );
  return { to, manifest };
};

export const imported = (url: string, from: string, options: Partial<ImportOptions> = {}) =>
  withClient(url, (client) => importTenant(client, { tenancy, from, ...options }));
